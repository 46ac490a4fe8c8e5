"""一家的大模型出错，别家也歇一次。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """断路器只有一个，断开之后跳过一次调用，不看是哪家的。"""
    broken_by: list[str] = []

    async def ask(right: Any, agent: Any, messages: Any, **options: Any) -> str:
        if broken_by:
            if broken_by.pop() != agent["tenant_id"]:
                trace.hit()
            raise ModelFailed("断路器断开")
        try:
            answered: str = await right(agent, messages, **options)
        except ModelFailed:
            broken_by.append(agent["tenant_id"])
            raise
        return answered

    replace(server.calls, "ask", ask, Trace(None))


MUTANT = Mutant(
    title="断路器全服务一个",
    story="一家的大模型报错就跳了总闸：别家好好的，问的那句也只得到兜底。",
    catalogue=("H-06",),
    properties=("P12", "P1"),
    killed_by=("MODEL-01",),
    apply=apply,
)
