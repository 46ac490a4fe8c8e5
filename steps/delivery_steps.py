"""回复送达的裁决句式。"""

from behave import then
from behave.runner import Context

from support.phrases import Fate, Speaker


@then("每句话恰好得到1条回复")
async def step_exactly_once(context: Context) -> None:
    """裁决：说过的每句话不丢、不重，恰好一条回复。

    例：那么 每句话恰好得到1条回复
    """
    await context.world.judge.exactly_once()


@then("{speaker:Speaker}{fate:Fate}")
async def step_fate(context: Context, speaker: Speaker, fate: Fate) -> None:
    """裁决：某位最近一句话的结局。

    例：那么 “科技公司”的“小王”被拒绝
    """
    await context.world.judge.ending(speaker, fate)


@then("回复的次序与说话的次序一致")
def step_order(context: Context) -> None:
    """裁决：先说的先得到回复。

    例：而且 回复的次序与说话的次序一致
    """
    context.world.judge.order()


@then("{first:Speaker}先于{second:Speaker}得到回复")
def step_before(context: Context, first: Speaker, second: Speaker) -> None:
    """裁决：前者的回复先送达。

    例：那么 “教育机构”的“小王”先于“科技公司”的“小王”得到回复
    """
    context.world.judge.before(first, second)


@then("{speaker:Speaker}在{seconds:Number}秒内得到回复")
def step_within(context: Context, speaker: Speaker, seconds: int) -> None:
    """裁决：回复来得够快。

    例：那么 “教育机构”的“小王”在2秒内得到回复
    """
    context.world.judge.within(speaker, seconds)
