"""说法只按群号找。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起说法时漏了租户与智能体两列。"""
    rewrite(
        server.sayings, "known", trace, ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}")
    )


MUTANT = Mutant(
    title="说法只按群号找",
    story="行话按平台与群号记，两家同号的群用起了同一套行话。",
    catalogue=("D-07",),
    properties=("P1", "P2"),
    killed_by=("SAYING-01", "BACK-02"),
    apply=apply,
)
