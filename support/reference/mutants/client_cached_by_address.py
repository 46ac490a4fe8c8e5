"""模型客户端按地址缓存。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from support.reference.agent_config import ModelSettings
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Message
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """同一地址的调用都用最先那家的设置，改配置才重来。"""
    clients: dict[str | None, ModelSettings] = {}

    async def complete(
        right: Callable[..., Awaitable[str]], messages: list[Message], settings: ModelSettings
    ) -> str:
        first = clients.setdefault(settings.base_url, settings)
        if first != settings:
            trace.hit()
        return await right(messages, first)

    def renew(right: Callable[..., Any], *change: object) -> Any:
        clients.clear()
        return right(*change)

    replace(server.provider, "complete", complete, Trace(None))
    replace(server.directory, "change_agent", renew, Trace(None))
    replace(server.directory, "add_agent", renew, Trace(None))


MUTANT = Mutant(
    title="模型客户端按地址缓存",
    story="模型客户端按地址缓存，第一家的密钥、模型与温度给了同一地址的所有人。",
    catalogue=("H-10", "H-11"),
    properties=("P1", "P2"),
    killed_by=("SET-01", "SET-03"),
    apply=apply,
)
