"""一个智能体的大模型出错，同一家的另一个也歇一次。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """断路器一家一个，断开之后跳过一次调用，不看是哪个智能体的。"""
    broken_by: dict[str, str] = {}

    async def ask(right: Any, agent: Any, messages: Any, **options: Any) -> str:
        culprit = broken_by.pop(agent["tenant_id"], None)
        if culprit is not None:
            if culprit != agent["id"]:
                trace.hit()
            raise ModelFailed("断路器断开")
        try:
            answered: str = await right(agent, messages, **options)
        except ModelFailed:
            broken_by[agent["tenant_id"]] = agent["id"]
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
