"""对方不在线，回复就丢掉。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """没有收件连接就不排队。"""

    def add(right: Any, to: Any, frame: str) -> None:
        if server.connections.targets(to):
            right(to, frame)
        else:
            trace.hit()

    replace(server.outbox, "add", add, Trace(None))


MUTANT = Mutant(
    title="不在线就丢回复",
    story="找不到收件的连接就当送过了：问完断线的人，回来什么也没有。",
    catalogue=("G-14",),
    properties=("P13", "P11"),
    killed_by=("DELIV-02", "AWAY-01"),
    apply=apply,
)
