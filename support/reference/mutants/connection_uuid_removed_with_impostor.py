"""冒充者一走，原主的连接也跟着注销。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """断线时按客户端自报的编号注销，同一个编号的别的连接也没了。"""

    def admit(right: Any, request: Any, socket: Any) -> Connection | None:
        connection: Connection | None = right(request, socket)
        if connection is not None:
            connection.uuid = request.headers.get("x-uuid", connection.uuid)
        return connection

    def remove(right: Any, gone: Connection) -> None:
        right(gone)
        for peer in server.connections._all():
            if peer.uuid == gone.uuid:
                trace.hit()
                right(peer)

    replace(server.messages, "admit", admit, Trace(None))
    replace(server.connections, "remove", remove, Trace(None))


MUTANT = Mutant(
    title="冒充者断线带走原主",
    story="断线时按自报的编号清理：冒充者一走，原主的连接还开着却再也收不到回复。",
    catalogue=("G-04",),
    properties=("P5", "P6"),
    killed_by=("ROUTE-04", "ROUTE-05"),
    apply=apply,
)
