"""说话、提问与真实对话的句式。"""

from behave import given, step, when
from behave.runner import Context

from support.phrases import Crowd, Disguise, Speaker


@given("{speaker:Speaker}说过{words:Text}")
async def step_tell(context: Context, speaker: Speaker, words: str) -> None:
    """说过一句话，并且得到了回复。

    例：假如 “科技公司”的“小王”在群“架构群”里说过“缓存改用两级结构”
    """
    await context.world.speech.tell(speaker, words)


@given("{speaker:Speaker}请麦麦记住{words:Text}")
async def step_entrust(context: Context, speaker: Speaker, words: str) -> None:
    """托麦麦长期记住一件事。

    例：假如 “科技公司”的“小王”请麦麦记住“机房密码交给老周保管”
    """
    await context.world.speech.entrust(speaker, words)


@when("{speakers:Speakers}问{words:Text}")
async def step_ask(context: Context, speakers: tuple[Speaker, ...], words: str) -> None:
    """一位或几家的同名用户同时问同一句话，也可以引用前面的话来问。

    例：当 “科技公司”和“教育机构”的“小王”都问“周三下午有什么安排”
    例：当 “科技公司”和“教育机构”的“小王”都引用“暗号青铜”问“这是谁说的”
    """
    await context.world.speech.ask(speakers, words)


@when("{first:Speaker}问{words:Text}还没答完，{second:Speaker}也问了")
async def step_overlap(context: Context, first: Speaker, words: str, second: Speaker) -> None:
    """先按住前者的大模型，等后者答完再松开：两句话必然重叠。

    例：当 “科技公司”的“小王”问“定在哪天”还没答完，“教育机构”的“小王”也问了
    """
    await context.world.speech.overlap(first, second, words)


@when("{tenant:Text}的{count:Number}位用户都问{words:Text}")
async def step_crowd_asks(context: Context, tenant: str, count: int, words: str) -> None:
    """一家的许多用户各在自己的私聊里同时问。

    例：当 “科技公司”的12位用户都问“卡住了吗”
    """
    await context.world.speech.crowd_asks(tenant, count, words)


@when("{speaker:Speaker}{disguise:Disguise}{victim:Text}问{words:Text}")
async def step_ask_disguised(
    context: Context, speaker: Speaker, disguise: Disguise, victim: str, words: str
) -> None:
    """冒充另一家租户提问。

    例：当 “教育机构”的“小王”在话里自称是“科技公司”问“发布会在哪天”
    """
    await context.world.pretence.ask(speaker, disguise, victim, words)


@given("{speaker:Speaker}在线")
async def step_stand_by(context: Context, speaker: Speaker) -> None:
    """连上却不说话；说到的密钥还没有就先发一把。

    例：假如 “科技公司”的“小李”拿“备用密钥”在线
    """
    await context.world.cast.stand_by(speaker)


@step("{speakers:Speakers}连说{count:Number}句话")
async def step_burst(context: Context, speakers: tuple[Speaker, ...], count: int) -> None:
    """一位或几家的同名用户不等回复，一口气说若干句。

    例：当 “科技公司”和“教育机构”的“小王”都连说5句话
    """
    await context.world.speech.burst(speakers, count)


@when("{tenant:Text}的{users:Number}位用户都连说{count:Number}句话")
async def step_crowd_burst(context: Context, tenant: str, users: int, count: int) -> None:
    """一家的许多用户各在自己的私聊里同时一口气说若干句。

    例：当 “科技公司”的6位用户都连说3句话
    """
    await context.world.speech.crowd_burst(tenant, users, count)


@when("场景{name:Text}聊完一遍")
async def step_play_scene(context: Context, name: str) -> None:
    """配置里的一个场景从头聊到尾，每句都等回复。

    例：当 场景“技术讨论群”聊完一遍
    """
    await context.world.play_scene(name)


@when("配置里的场景{crowd:Crowd}同时聊完一遍")
async def step_play_all(context: Context, crowd: Crowd) -> None:
    """配置里的全部场景同时开聊。

    例：当 配置里的场景各有多位用户同时聊完一遍
    """
    await context.world.play_all(crowd)
