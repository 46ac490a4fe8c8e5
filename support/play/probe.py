"""试音：真实部署先说一句，看它的模型请求到不到得了观察站。

职责：几秒之内说出“模型没有指到观察站”，免得每条规格都等到耐心用完。不做什么：不裁决。
试音的租户、连接当场收掉；它的那句话记作哨兵，不进任何人的账。
"""

from __future__ import annotations

from dataclasses import dataclass

from support.client.provider import Provider
from support.client.stream import Fate
from support.phrases import Speaker
from support.play.cast import Cast

_TENANT = "试音"
_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Deafness:
    """听不见它的模型请求：哪里不对、怎么改。

    `is_certain`：它回了话而我们没听见，那就确定没有指到观察站，跑也是白跑；
    连话也没回的，可能是模型没指对，也可能是它自己不答话，后者要由场景判。
    """

    told: str
    is_certain: bool


async def listen(
    cast: Cast, provider: Provider, *, model_url: str, patience: float
) -> Deafness | None:
    """说一句话，听它问不问大模型；听得见就是 None。"""
    seconds = min(_SECONDS, patience)
    try:
        await cast.households.open(_TENANT)
        speaker = Speaker(_TENANT, _TENANT)
        line = cast.line(speaker, "在吗", user_id="probe", sentinel=True)
        connection = await cast.say(speaker, line)
        heard = await provider.saw_any(patience=seconds)
        # 听见了也等到它答完：晚到的回复会落在下一个场景里。
        fate = await connection.fate(line.token, patience=patience if heard else 1.0)
    finally:
        await cast.disconnect()
        await cast.households.remove_all()
    if heard:
        return None
    replied = fate is Fate.REPLIED
    guess = "它回了话，可见" if replied else f"它也没有回话（{fate.value}），多半是"
    told = (
        f"说了一句话，{seconds:g} 秒内观察站没有看见任何模型请求："
        f"{guess}部署的大模型没有指到观察站\n"
        f"  改法：把部署的大模型地址写成 {model_url}（[observer].listen、public_url），重启它再跑"
    )
    return Deafness(told, replied)
