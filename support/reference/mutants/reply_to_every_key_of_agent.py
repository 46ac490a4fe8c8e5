"""回复发给这个智能体的每一把密钥。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收件人按智能体与平台挑，漏了密钥。"""

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        key = server.access.still(to.key_id)
        others = [
            peer
            for peer in server.connections._all()
            if key is not None
            and peer.identity.agent_id == key.agent_id
            and peer.platform == to.platform
            and peer.is_open
            and peer not in own
        ]
        if others:
            trace.hit()
        return [*own, *others]

    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="回复广播给智能体的全部密钥",
    story="收件人只认智能体：拿备用密钥连着的人，收到了别人问出来的回复。",
    properties=("P5",),
    killed_by=("ROUTE-01", "ROUTE-02"),
    apply=apply,
)
