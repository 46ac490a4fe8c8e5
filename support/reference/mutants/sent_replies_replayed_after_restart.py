"""送没送过只记在内存里，重启就再送一遍。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """送达只在内存里打勾，数据库里的那一行没有删。"""
    sent: set[int] = set()
    left = {int(row[0]) for row in server.store.all("SELECT id FROM outbox")}

    def first(right: Any, to: Any) -> tuple[int, str] | None:
        rows = server.store.all(
            "SELECT id, frame FROM outbox WHERE key_id = ? AND platform = ? ORDER BY id",
            to.key_id,
            to.platform,
        )
        unsent = [(int(row[0]), str(row[1])) for row in rows if row[0] not in sent]
        if unsent and unsent[0][0] in left:
            trace.hit()
        return unsent[0] if unsent else None

    replace(server.outbox, "first", first, Trace(None))
    replace(server.outbox, "delivered", lambda right, entry: sent.add(entry), Trace(None))


MUTANT = Mutant(
    title="旧回复重启就重播",
    story="送达的勾打在内存里：服务一重启，早就看过的回复又来一遍。",
    catalogue=("G-12",),
    properties=("P13",),
    killed_by=("RETRY-02",),
    apply=apply,
)
