"""忙的一家的客户端借给了别人。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Message
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """说过十六句的租户用过的设置，借给接下来的别家一次。"""
    hot: dict[str, Any] = {}

    async def wrong(
        right: Callable[..., Awaitable[str]], agent: Record, messages: list[Message], **how: bool
    ) -> str:
        mine, config = agent["tenant_id"], agent["config"]
        if server.limits.said_since(mine, 0.0) >= 16:
            hot[mine] = config
        for other in [tenant for tenant in hot if tenant != mine]:
            trace.hit()
            config = hot.pop(other)
        return await right({**agent, "config": config}, messages, **how)

    replace(server.calls, "ask", wrong, Trace(None))


MUTANT = Mutant(
    title="忙的一家的客户端借给了别人",
    story="刚刷过屏的一家的模型客户端被当成热连接，下一家的话用着它的密钥与设置去问。",
    catalogue=("H-10", "H-11"),
    properties=("P11", "P12"),
    killed_by=("SET-08",),
    apply=apply,
)
