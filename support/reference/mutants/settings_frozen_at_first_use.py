"""模型设置用过一次就不再读。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Message
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """一个智能体的模型设置只在第一次作答时读。"""
    cache: dict[str, Any] = {}

    async def wrong(
        right: Callable[..., Awaitable[str]], agent: Record, messages: list[Message], **how: bool
    ) -> str:
        config = cache.setdefault(agent["id"], agent["config"])
        if config != agent["config"]:
            trace.hit()
        return await right({**agent, "config": config}, messages, **how)

    replace(server.calls, "ask", wrong, Trace(None))


MUTANT = Mutant(
    title="模型设置用过一次就不再读",
    story="模型设置在第一次作答时取走、从此不变，换了模型也不生效。",
    catalogue=("F-05", "F-06"),
    properties=("P14",),
    killed_by=("SET-05",),
    apply=apply,
)
