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


@then("回复只送到问的人手里")
async def step_routed(context: Context) -> None:
    """裁决：每条回复只到问话的密钥、平台与聊天，别处一声不响。

    例：那么 回复只送到问的人手里
    """
    await context.world.judge.routed()


@then("{speaker:Speaker}的{count:Number}台设备各收到1条回复")
async def step_devices(context: Context, speaker: Speaker, count: int) -> None:
    """裁决：同一把密钥连着的每台设备都恰好收到最近一句话的回复。

    例：那么 “科技公司”的“小王”用“手机”的2台设备各收到1条回复
    """
    await context.world.judge.devices(speaker, count)


@then("{speaker:Speaker}在{seconds:Number}秒内得到兜底答复")
def step_fell_back(context: Context, speaker: Speaker, seconds: int) -> None:
    """裁决：大模型没能作答，麦麦及时给了一句不带任何人的话的兜底答复。

    例：那么 “科技公司”的“小王”在2秒内得到兜底答复
    """
    context.world.judge.fell_back(speaker, seconds)
