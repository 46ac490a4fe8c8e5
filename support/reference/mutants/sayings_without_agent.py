"""说法不分智能体。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起说法时漏了智能体一列。"""
    rewrite(server.sayings, "known", trace, ("agent_id = ?", ANYONE))


MUTANT = Mutant(
    title="说法不分智能体",
    story="行话只分到租户，同号的群里另一个智能体也用起了这套行话。",
    catalogue=("D-07", "B-02"),
    properties=("P2",),
    killed_by=("SAYING-04",),
    apply=apply,
)
