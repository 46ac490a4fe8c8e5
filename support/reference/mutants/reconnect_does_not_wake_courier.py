"""人回来了，没人去取留着的回复。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.outbox import Destination
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """信差只在有新回复时出门，有人连上来不算。"""
    back: set[Any] = set()

    def add(right: Any, connection: Any) -> None:
        right(connection)
        back.add(Destination(connection.identity.key_id, connection.platform))

    def wake(right: Any, to: Any) -> None:
        if to not in back:
            right(to)
            return
        back.discard(to)
        if server.outbox.first(to) is not None:
            trace.hit()

    replace(server.connections, "add", add, Trace(None))
    replace(server.courier, "wake", wake, Trace(None))


MUTANT = Mutant(
    title="留言要等下一条回复才送",
    story="重连没有触发补送：留着的回复一直压着，直到下一条新回复才带出来。",
    catalogue=("G-14",),
    properties=("P13", "P11"),
    killed_by=("DELIV-02",),
    apply=apply,
)
