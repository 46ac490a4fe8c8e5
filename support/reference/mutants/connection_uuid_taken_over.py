"""拿别人的连接编号连上来，就顶替了那条连接。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """连接按客户端自报的编号登记，后来的盖掉先来的；回复照编号找连接。"""
    registered: dict[str, Connection] = {}

    def admit(right: Any, request: Any, socket: Any) -> Connection | None:
        connection: Connection | None = right(request, socket)
        if connection is not None:
            connection.uuid = request.headers.get("x-uuid", connection.uuid)
            registered[connection.uuid] = connection
        return connection

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        holders = [registered.get(connection.uuid, connection) for connection in own]
        if holders != own:
            trace.hit()
        return [holder for holder in holders if holder.is_open]

    replace(server.messages, "admit", admit, Trace(None))
    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="连接编号可以被顶替",
    story="登记连接时信了客户端自报的编号：外人顶着它连上来，原主的回复就到了外人手里。",
    catalogue=("G-03",),
    properties=("P1", "P5", "P6"),
    killed_by=("KEY-04",),
    apply=apply,
)
