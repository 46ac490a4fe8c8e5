"""对方不在线时只留最新的一条。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """给离线的人只留一格，新回复盖掉旧回复。"""

    def trim(right: Any, to: Any) -> None:
        overwritten = server.store.run(
            "DELETE FROM outbox WHERE key_id = ? AND platform = ? AND id < (SELECT max(id)"
            " FROM outbox WHERE key_id = ? AND platform = ?)",
            *(to.key_id, to.platform) * 2,
        )
        if overwritten.rowcount:
            trace.hit()

    replace(server.outbox, "trim", trim, Trace(None))


MUTANT = Mutant(
    title="留言只有一格",
    story="离线的回复只留最后一条：断线前连说三句，回来只看见最后一句的回复。",
    catalogue=("G-14",),
    properties=("P13",),
    killed_by=("AWAY-01",),
    apply=apply,
)
