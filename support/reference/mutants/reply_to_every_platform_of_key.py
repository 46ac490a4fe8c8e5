"""回复发给这把密钥在各个平台上的连接。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收件人只按密钥挑，漏了平台。"""

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        others = [
            peer
            for peer in server.connections._all()
            if peer.identity.key_id == to.key_id and peer.is_open and peer not in own
        ]
        if others:
            trace.hit()
        return [*own, *others]

    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="回复不分平台",
    story="收件人只认密钥：在QQ上问的话，微信上也冒出了回复。",
    properties=("P5", "P4"),
    killed_by=("ROUTE-01", "ROUTE-02"),
    apply=apply,
)
