"""长期记忆不分智能体。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆时漏了智能体一列。"""
    rewrite(server.archive, "recall", trace, ("agent_id = ?", ANYONE))


MUTANT = Mutant(
    title="长期记忆不分智能体",
    story="长期记忆只分到租户，托付给技术助手的事售后助手也知道。",
    catalogue=("D-03", "B-02"),
    properties=("P2",),
    killed_by=("MEM-02",),
    apply=apply,
)
