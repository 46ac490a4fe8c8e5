"""人物资料不分智能体。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起一个人时漏了智能体一列。"""
    rewrite(server.people, "_facts", trace, ("agent_id = ?", ANYONE))


MUTANT = Mutant(
    title="人物资料不分智能体",
    story="人物只分到租户，对技术助手说的名字售后助手也知道。",
    catalogue=("D-08", "B-02"),
    properties=("P2",),
    killed_by=("WHO-04",),
    apply=apply,
)
