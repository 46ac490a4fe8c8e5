"""一个智能体的大模型出错，同一家的都停用。"""

from __future__ import annotations

import time
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer

#: 断开多久（秒）。
_OPEN = 2.0


def apply(server: ReferenceServer, trace: Trace) -> None:
    """断路器一家一个，不看是哪个智能体的大模型出的错。"""
    broken: dict[str, tuple[float, str]] = {}

    async def ask(right: Any, agent: Any, messages: Any, **options: Any) -> str:
        moment, culprit = broken.get(agent["tenant_id"], (0.0, ""))
        if time.monotonic() < moment:
            if culprit != agent["id"]:
                trace.hit()
            raise ModelFailed("断路器断开")
        try:
            answered: str = await right(agent, messages, **options)
        except ModelFailed:
            broken[agent["tenant_id"]] = (time.monotonic() + _OPEN, agent["id"])
            raise
        return answered

    replace(server.calls, "ask", ask, Trace(None))


MUTANT = Mutant(
    title="断路器一家一个",
    story="技术助手的大模型报错，售后助手的好端端的，也跟着只会兜底。",
    catalogue=("H-06",),
    properties=("P2", "P12"),
    killed_by=("SCOPE-01",),
    apply=apply,
)
