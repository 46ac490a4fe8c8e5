"""缓过来：一场吵闹之后，等真实部署把欠着的话答完，再开下一场。

职责：看观察站还有没有新的模型请求。不做什么：不裁决、不说话。
内嵌的服务立刻就答完；真实部署被刷屏之后，积下的话要答上几分钟，
不等它，后面的场景量到的是上一场的余波，红得冤枉。
"""

from __future__ import annotations

from collections.abc import Iterable

from support.client.provider import Provider
from support.errors import Inconclusive
from support.model import Event, Kind

#: 这么多秒没有新的模型请求，就算缓过来了。
_QUIET_S = 3.0
#: 最多等几倍的耐心。
_LIMIT = 15


def was_stirred(events: Iterable[Event]) -> bool:
    """这一场里有没有人捣乱。"""
    return any(event.kind is Kind.FAULT for event in events)


async def calm_down(
    provider: Provider, *, patience: float, quiet: float = _QUIET_S, limit: int = _LIMIT
) -> None:
    """等到部署不再为上一场问大模型；等不到就说明白，这一场量不出什么。"""
    if not await provider.settles(quiet=quiet, limit=limit * patience):
        raise Inconclusive(
            f"上一场的余波没有过去：等了 {limit * patience:g} 秒，部署还在答那时积下的话"
        )
