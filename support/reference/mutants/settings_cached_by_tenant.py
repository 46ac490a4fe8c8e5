"""模型设置按租户缓存。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Message
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """一家先用过的模型设置给了它的所有智能体，改配置才清。"""
    cache: dict[str, Any] = {}

    async def ask(
        right: Callable[..., Awaitable[str]], agent: Record, messages: list[Message], **how: bool
    ) -> str:
        config = cache.setdefault(agent["tenant_id"], agent["config"])
        if config != agent["config"]:
            trace.hit()
        return await right({**agent, "config": config}, messages, **how)

    def renew(right: Callable[..., None], *change: object) -> None:
        cache.clear()
        right(*change)

    replace(server.calls, "ask", ask, Trace(None))
    replace(server.directory, "change_agent", renew, Trace(None))


MUTANT = Mutant(
    title="模型设置按租户缓存",
    story="模型设置按租户缓存，同一家的第二个智能体用了第一个的模型与温度。",
    catalogue=("F-09", "H-11"),
    properties=("P2",),
    killed_by=("SET-03",),
    apply=apply,
)
