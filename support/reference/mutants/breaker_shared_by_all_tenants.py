"""一家的大模型出错，全部租户都停用。"""

from __future__ import annotations

import time
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer

#: 断开多久（秒）。
_OPEN = 0.5


def apply(server: ReferenceServer, trace: Trace) -> None:
    """断路器只有一个，不看是哪家的大模型出的错。"""
    until: list[tuple[float, str]] = [(0.0, "")]

    async def ask(right: Any, agent: Any, messages: Any, **options: Any) -> str:
        moment, culprit = until[0]
        if time.monotonic() < moment:
            if culprit != agent["tenant_id"]:
                trace.hit()
            raise ModelFailed("断路器断开")
        try:
            answered: str = await right(agent, messages, **options)
        except ModelFailed:
            until[0] = (time.monotonic() + _OPEN, agent["tenant_id"])
            raise
        return answered

    replace(server.calls, "ask", ask, Trace(None))


MUTANT = Mutant(
    title="断路器全服务一个",
    story="一家的大模型报错就跳了总闸：别家好好的，也只得到兜底。",
    catalogue=("H-06",),
    properties=("P12", "P1"),
    killed_by=("FALL-01",),
    apply=apply,
)
