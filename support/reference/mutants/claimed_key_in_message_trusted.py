"""身份取自消息里写的密钥。"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """按消息里的 message_dim.api_key 认人，不看连接用的是哪一把。"""

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
        return str(json.loads(raw)["payload"]["message_dim"]["api_key"])
    except (ValueError, LookupError, TypeError):
        return ""


MUTANT = Mutant(
    title="话里写谁的密钥就是谁",
    story="按消息里附带的密钥认人，拿别家的密钥写进话里，就读到那家的历史与人设。",
    catalogue=("A-09",),
    properties=("P6",),
    killed_by=("KEY-04",),
    apply=apply,
)
