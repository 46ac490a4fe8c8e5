"""凭连接编号恢复会话。"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """客户端自报的 x-uuid 与开着的某条连接相同，就接上那条的会话。"""

    def admit(right: Callable[..., Any], request: web.Request, socket: Any) -> Any:
        connection = right(request, socket)
        wanted = request.headers.get("x-uuid")
        for other in server.connections._all():
            if connection is not None and other.uuid == wanted:
                trace.hit()
                own = connection.identity.key_id
                connection.identity = dataclasses.replace(other.identity, key_id=own)
        return connection

    replace(server.messages, "admit", admit, QUIET)


MUTANT = Mutant(
    title="凭连接编号接管别家的会话",
    story="重连时凭客户端自报的连接编号恢复会话，知道编号的人就进了别家的聊天。",
    catalogue=("G-03", "F-12"),
    properties=("P6",),
    killed_by=("KEY-04",),
    apply=apply,
)
