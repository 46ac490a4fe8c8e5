"""见过的信封编号记在连接上，断线就忘。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """编号记在每条连接自己的集合里。"""
    seen: dict[str, set[str]] = {}
    current: list[str] = [""]

    def keep(right: Any, connection: Any, frame: Any) -> bool:
        current[0] = connection.uuid
        kept: bool = right(connection, frame)
        return kept

    def is_duplicate(right: Any, identity: Any, platform: str, msg_id: str) -> bool:
        mine = seen.setdefault(current[0], set())
        found = msg_id in mine
        mine.add(msg_id)
        if not found and right(identity, platform, msg_id):
            trace.hit()
        return found

    replace(server.messages, "_keep", keep, Trace(None))
    replace(server.archive, "is_duplicate", is_duplicate, Trace(None))


MUTANT = Mutant(
    title="断线就忘了答过什么",
    story="去重跟着连接走：断线重连之后重发，已经答过的话又答一遍。",
    catalogue=("G-11",),
    properties=("P13",),
    killed_by=("RETRY-01",),
    apply=apply,
)
