"""先记账后验密钥。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """停用之后不主动断线，等下一句来了，先记一句再验密钥。"""

    async def receive(right: Callable[..., Any], connection: Connection, raw: str) -> Any:
        if server.access.still(connection.identity.key_id) is None:
            trace.hit()
            server.usage.count_message(connection.identity.tenant_id)
        return await right(connection, raw)

    replace(server.connections, "recheck", lambda right, tenant_id: None, QUIET)
    replace(server.messages, "_receive", receive, QUIET)


MUTANT = Mutant(
    title="被拒绝的话也记账",
    story="记账放在验密钥之前，停用之后被拒绝的每一句也算进用量。",
    catalogue=("H-03",),
    properties=("P7", "P12"),
    killed_by=("ACCOUNT-03",),
    apply=apply,
)
