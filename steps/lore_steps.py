"""自我介绍、图片与智能体设置的句式。"""

from behave import given, step, then
from behave.runner import Context

from support.phrases import Lesson, Speaker


@given("{speaker:Speaker}介绍自己{words:Text}")
async def step_introduce(context: Context, speaker: Speaker, words: str) -> None:
    """说一件自己的事：名字、喜好。

    例：假如 “科技公司”的“小王”在群“读书会”里介绍自己“我叫王建国”
    """
    await context.world.lore.introduce(speaker, words)


@given("{speaker:Speaker}教麦麦{count:Number}{lesson:Lesson}")
async def step_teach_many(context: Context, speaker: Speaker, count: int, lesson: Lesson) -> None:
    """托麦麦记住许多件事、教它许多种说法，或告诉它自己的许多样喜好。

    例：假如 “教育机构”的“小王”在群“架构群”里教麦麦25件杂事
    """
    await context.world.lore.teach_many(speaker, count, lesson)


@given("{tenants:Names}的麦麦只看得见当前这句话")
async def step_narrow(context: Context, tenants: tuple[str, ...]) -> None:
    """作答时不带聊天历史，别的见闻才看得出来。

    例：假如 “科技公司”和“教育机构”的麦麦只看得见当前这句话
    """
    await context.world.lore.narrow(tenants)


@given("{tenants:Names}断线又重新连上")
async def step_reconnect(context: Context, tenants: tuple[str, ...]) -> None:
    """几家的连接断开，下次开口时重新连上。

    例：假如 “科技公司”和“教育机构”断线又重新连上
    """
    await context.world.lore.reconnect(tenants)


@given("{tenant:Text}的{agent:Text}改用模型{model:Text}和温度{value:Text}")
async def step_choose_model(
    context: Context, tenant: str, agent: str, model: str, value: str
) -> None:
    """给一个智能体配上自己的模型与温度。

    例：假如 “科技公司”的“技术助手”改用模型“稳重型”和温度“0.2”
    """
    await context.world.lore.choose_model(tenant, agent, model, float(value))


@given("{tenant:Text}的{agent:Text}把图片{picture:Text}看成{words:Text}")
async def step_see(context: Context, tenant: str, agent: str, picture: str, words: str) -> None:
    """定下一个智能体的大模型看到这张图片时怎样描述。

    例：假如 “科技公司”的“技术助手”把图片“合影”看成“二十个人站在台上”
    """
    await context.world.lore.see(tenant, agent, picture, words)


@step("{speakers:Speakers}发来图片{picture:Text}")
async def step_show(context: Context, speakers: tuple[Speaker, ...], picture: str) -> None:
    """一位或几家的同名用户同时发来同一张图片。

    例：当 “科技公司”和“教育机构”的“小王”都发来图片“合影”
    """
    await context.world.lore.show(speakers, picture)


@then("每次作答都用智能体自己的模型设置")
def step_own_settings(context: Context) -> None:
    """裁决：本场景每次作答用的模型密钥、模型、温度都是该智能体自己的。

    例：那么 每次作答都用智能体自己的模型设置
    """
    context.world.judge.own_settings()
