"""大模型错过一次，就一直不再问。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """断路器断开之后没有人合上。"""
    broken: set[str] = set()

    async def ask(right: Any, agent: Any, messages: Any, **options: Any) -> str:
        if agent["id"] in broken:
            trace.hit()
            raise ModelFailed("断路器断开")
        try:
            answered: str = await right(agent, messages, **options)
        except ModelFailed:
            broken.add(agent["id"])
            raise
        return answered

    replace(server.calls, "ask", ask, Trace(None))


MUTANT = Mutant(
    title="断路器合不上",
    story="出过一次错就断开，从此不再问大模型：故障早过去了，这家还只会兜底。",
    catalogue=("H-06",),
    properties=("P12", "P13"),
    killed_by=("MODEL-02", "RETRY-05"),
    apply=apply,
)
