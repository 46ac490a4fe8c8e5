"""平台取自消息里写的。"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """按消息里的 message_info.platform 定平台，不看连接在哪个平台。"""

    async def receive(right: Callable[..., Any], connection: Connection, raw: str) -> None:
        own = connection.platform
        platform = _claimed(raw) or own
        if platform != own:
            trace.hit()
        connection.platform = platform
        try:
            await right(connection, raw)
        finally:
            connection.platform = own

    replace(server.messages, "_receive", receive, QUIET)


def _claimed(raw: str) -> str:
    try:
        return str(json.loads(raw)["payload"]["message_info"]["platform"])
    except (ValueError, LookupError, TypeError):
        return ""


MUTANT = Mutant(
    title="话里写哪个平台就是哪个平台",
    story="平台取自消息内容而不是连接，写上微信就读到微信上那个同号的人的历史。",
    catalogue=("A-09", "G-20"),
    properties=("P4", "P6"),
    killed_by=("CLAIM-03",),
    apply=apply,
)
