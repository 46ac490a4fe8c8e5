"""故障与意外的句式。"""

from behave import given, step, when
from behave.runner import Context

from support.phrases import Absence, Accident, ModelFault, Restart, Speaker


@step("{tenant:Text}的大模型{fault:ModelFault}")
async def step_model_fault(context: Context, tenant: str, fault: ModelFault) -> None:
    """某家的大模型被按住、松开或出错，别家不受影响。

    例：假如 “科技公司”的大模型被按住
    """
    await context.world.fault(tenant, fault)


@when("{speaker:Speaker}说完{words:Text}，{accident:Accident}")
async def step_accident(context: Context, speaker: Speaker, words: str, accident: Accident) -> None:
    """话刚送到大模型就出意外，恢复之后等它的回复。

    例：当 “科技公司”的“小王”说完“明天几点开会”，随即断线又重新连上
    """
    await context.world.mishaps.accident(speaker, words, accident)


@when("{speaker:Speaker}连说{count:Number}句话，{absence:Absence}")
async def step_burst_absent(
    context: Context, speaker: Speaker, count: int, absence: Absence
) -> None:
    """一口气说若干句，还没答完就断线；回来之后再说一句。

    例：当 “科技公司”的“小王”连说3句话，随即断线又重新连上
    """
    await context.world.mishaps.burst(speaker, count, absence)


@given("服务{restart:Restart}")
async def step_restart(context: Context, restart: Restart) -> None:
    """服务进程停下（强杀或正常），再在原来的数据上启动。

    例：假如 服务被强行终止又重新启动
    """
    await context.world.restart(restart)


@when("{speaker:Speaker}说完{words:Text}又原样重发一遍")
async def step_resend(context: Context, speaker: Speaker, words: str) -> None:
    """得到回复之后，把同一条消息原样再发一遍。

    例：当 “科技公司”的“小王”说完“明天几点开会”又原样重发一遍
    """
    await context.world.speech.resend(speaker, words)
