"""限额按智能体各算各的。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """数的是这个智能体说了几句，不是这家租户。"""
    speaking: list[str] = [""]

    def take(right: Any, identity: Any, platform: str, frame: Any) -> Any:
        speaking[0] = identity.agent_id
        return right(identity, platform, frame)

    def said_since(right: Any, tenant_id: str, moment: float) -> int:
        row = server.store.one(
            "SELECT count(*) FROM turns WHERE agent_id = ? AND said_at >= ? AND notice IS NULL",
            speaking[0],
            moment,
        )
        mine = int(row[0]) if row is not None else 0
        if mine != right(tenant_id, moment):
            trace.hit()
        return mine

    replace(server.intake, "take", take, Trace(None))
    replace(server.limits, "said_since", said_since, Trace(None))


MUTANT = Mutant(
    title="限额按智能体各算各的",
    story="限额记在智能体上：一家多开几个智能体，额度就翻几倍。",
    catalogue=("H-01",),
    properties=("P12",),
    killed_by=("LIMIT-04",),
    apply=apply,
)
