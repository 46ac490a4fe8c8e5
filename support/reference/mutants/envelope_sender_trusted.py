"""身份取自信封上的发件人。"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """按信封的 meta.sender_user 认人，不看连接用的是哪一把。"""

    async def receive(right: Callable[..., Any], connection: Connection, raw: str) -> None:
        claimed = server.access.identify(_claimed(raw))
        own = connection.identity
        if claimed is None or claimed.key_id == own.key_id:
            return await right(connection, raw)  # type: ignore[no-any-return]
        trace.hit()
        connection.identity = dataclasses.replace(claimed, key_id=own.key_id)
        try:
            await right(connection, raw)
        finally:
            connection.identity = own

    replace(server.messages, "_receive", receive, QUIET)


def _claimed(raw: str) -> str:
    try:
        return str(json.loads(raw)["meta"]["sender_user"])
    except (ValueError, LookupError, TypeError):
        return ""


MUTANT = Mutant(
    title="信封上写谁就是谁",
    story="路由层按信封上的发件人找上下文，写上别家就进了别家的聊天。",
    catalogue=("A-09",),
    properties=("P6",),
    killed_by=("CLAIM-01",),
    apply=apply,
)
