"""回复发给这家租户在这个平台上的每一条连接。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收件人按租户与平台挑，漏了智能体与密钥。"""

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        key = server.access.still(to.key_id)
        others = [
            peer
            for peer in server.connections._all()
            if key is not None
            and peer.identity.tenant_id == key.tenant_id
            and peer.platform == to.platform
            and peer.is_open
            and peer not in own
        ]
        if others:
            trace.hit()
        return [*own, *others]

    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="回复广播给全租户",
    story="收件人的编号里只有租户：问技术助手的话，连着售后助手的人也收到了回复。",
    catalogue=("G-06",),
    properties=("P5", "P2"),
    killed_by=("ROUTE-01", "ROUTE-02"),
    apply=apply,
)
