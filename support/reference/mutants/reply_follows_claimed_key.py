"""回复送给消息里写的密钥。"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回复的去处取自 additional_config.api_key，来人写谁就送给谁。"""

    async def receive(right: Callable[..., Any], connection: Connection, raw: str) -> None:
        claimed = server.access.identify(_claimed(raw))
        own = connection.identity
        if claimed is None or claimed.key_id == own.key_id:
            return await right(connection, raw)  # type: ignore[no-any-return]
        trace.hit()
        connection.identity = dataclasses.replace(own, key_id=claimed.key_id)
        try:
            await right(connection, raw)
        finally:
            connection.identity = own

    replace(server.messages, "_receive", receive, QUIET)


def _claimed(raw: str) -> str:
    try:
        return str(json.loads(raw)["payload"]["message_info"]["additional_config"]["api_key"])
    except (ValueError, LookupError, TypeError):
        return ""


MUTANT = Mutant(
    title="回复送到话里写的那把密钥",
    story="附加字段里已有密钥就不覆盖，回复照它送，别家收到一句没问过的话。",
    catalogue=("A-10",),
    properties=("P5", "P6"),
    killed_by=("KEY-04",),
    apply=apply,
)
