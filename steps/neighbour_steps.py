"""吵闹邻居与限额的句式。"""

from behave import given, step, then, when
from behave.runner import Context

from support.phrases import Attack, Limit, Speaker


@given("{speaker:Speaker}平时聊了{count:Number}句")
async def step_quiet_chat(context: Context, speaker: Speaker, count: int) -> None:
    """四下安静时一问一答若干句：这家自己的快慢，后面拿它来比。

    例：假如 “教育机构”的“小王”平时聊了12句
    """
    await context.world.speech.chat(speaker, count)


@when("{tenant:Text}{attack:Attack}的时候，{speaker:Speaker}也聊了{count:Number}句")
async def step_chat_amid(
    context: Context, tenant: str, attack: Attack, speaker: Speaker, count: int
) -> None:
    """邻居从第一句之前闹到最后一句之后，其间另一家一问一答若干句。

    例：当 “科技公司”刷屏的时候，“教育机构”的“小王”也聊了12句
    """
    await context.world.speech.chat_amid(tenant, attack, speaker, count)


@then("刷屏的人插不到前面来")
def step_unobstructed(context: Context) -> None:
    """裁决：邻居积下再多的话，也没有几句能插到后来那句的前面；看不见大模型的调用就比快慢。

    例：那么 刷屏的人插不到前面来
    """
    context.world.judge.unobstructed()


@then("吵闹时和平时差不多快")
def step_as_quick(context: Context) -> None:
    """裁决：与自己平时比，慢得有限。

    例：那么 吵闹时和平时差不多快
    """
    context.world.judge.as_quick()


@step("{tenant:Text}{limit:Limit}至多说{count:Number}句话")
async def step_set_limit(context: Context, tenant: str, limit: Limit, count: int) -> None:
    """定下（或改掉）一家租户的限额，立刻生效。

    例：假如 “科技公司”每分钟至多说3句话
    """
    await context.world.allowance.set(tenant, limit, count)


@then("{tenant:Text}的话{answered:Number}句得到回答、{limited:Number}句被限流")
async def step_metered(context: Context, tenant: str, answered: int, limited: int) -> None:
    """裁决：一家的提问里有几句真的得到回答、几句只得到限流提示、没有送到大模型。

    例：那么 “科技公司”的话3句得到回答、2句被限流
    """
    await context.world.judge.metered(tenant, answered, limited)
