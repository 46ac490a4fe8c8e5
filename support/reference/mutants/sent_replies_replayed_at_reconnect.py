"""送过的回复没有划掉，重连就再送一遍。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.outbox import Destination
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """送达只记在内存里的“这条连接收过”，连接一换，队里的全部重来。"""
    sent: dict[Any, list[str]] = {}

    async def write(right: Any, to: Any, frame: str) -> bool:
        written: bool = await right(to, frame)
        if written and frame not in sent.setdefault(to, []):
            sent[to].append(frame)
        return written

    def add(right: Any, connection: Any) -> None:
        to = Destination(connection.identity.key_id, connection.platform)
        for frame in sent.get(to, ()):
            trace.hit()
            server.outbox.add(to, frame)
        right(connection)

    replace(server.courier, "_write", write, Trace(None))
    replace(server.connections, "add", add, Trace(None))


MUTANT = Mutant(
    title="旧回复重连就重播",
    story="确认送达之后没有从队里划掉：每次重连，看过的旧回复又全部来一遍。",
    catalogue=("G-12",),
    properties=("P13",),
    killed_by=("RETRY-01", "AWAY-03"),
    apply=apply,
)
