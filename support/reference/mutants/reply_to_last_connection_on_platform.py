"""回复写给这个平台上最近连上来的那条连接。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """每个平台只记一条连接，后连上的盖掉先连上的。"""
    last: dict[str, Connection] = {}

    def noting(right: Any, connection: Connection) -> None:
        last[connection.platform] = connection
        right(connection)

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        newest = last.get(to.platform)
        if newest is None or not newest.is_open or newest in own:
            return own
        trace.hit()
        return [newest]

    replace(server.connections, "add", noting, Trace(None))
    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="回复写给平台上最后一条连接",
    story="“平台对应哪条连接”只有一格，别人一连上来，先来的人的回复就写到他那里。",
    catalogue=("G-02",),
    properties=("P5", "P11", "P13"),
    killed_by=("ROUTE-03",),
    apply=apply,
)
