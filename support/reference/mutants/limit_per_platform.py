"""限额按平台各算各的。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """数的是这家租户在这个平台上说了几句。"""
    speaking: list[str] = [""]

    def take(right: Any, identity: Any, platform: str, frame: Any) -> Any:
        speaking[0] = platform
        return right(identity, platform, frame)

    def said_since(right: Any, tenant_id: str, moment: float) -> int:
        row = server.store.one(
            "SELECT count(*) FROM turns"
            " WHERE tenant_id = ? AND platform = ? AND said_at >= ? AND notice IS NULL",
            tenant_id,
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
    title="限额按平台各算各的",
    story="限流的键里带着平台：QQ上说满了，换到微信又是一份新的额度。",
    catalogue=("H-01",),
    properties=("P12",),
    killed_by=("LIMIT-04",),
    apply=apply,
)
