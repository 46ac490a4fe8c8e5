"""引用不分智能体。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """找原话时漏了智能体一列。"""
    rewrite(server.archive, "_newest", trace, ("agent_id = ?", ANYONE))


MUTANT = Mutant(
    title="引用不分智能体",
    story="原话只分到租户，对售后助手引用，找回来的是对技术助手说的话。",
    catalogue=("B-02",),
    properties=("P2",),
    killed_by=("QUOTE-01", "QUOTE-02"),
    apply=apply,
)
