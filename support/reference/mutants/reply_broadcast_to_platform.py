"""回复广播给这个平台上的每一条连接。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收件人只按平台挑。"""

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        others = [
            peer
            for peer in server.connections._all()
            if peer.platform == to.platform and peer.is_open and peer not in own
        ]
        if others:
            trace.hit()
        return [*own, *others]

    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="回复广播给全平台",
    story="投递按“平台广播”来做，同一平台上各家的人都看见了这条回复。",
    catalogue=("G-05",),
    properties=("P5",),
    killed_by=("ROUTE-01",),
    apply=apply,
)
