"""历史不分智能体。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查历史时漏了智能体一列。"""
    rewrite(server.archive, "history", trace, ("agent_id = ?", ANYONE))


MUTANT = Mutant(
    title="历史不分智能体",
    story="查聊天历史只看到租户为止，同一家的售后助手读到了对技术助手说的话。",
    catalogue=("B-02",),
    properties=("P2",),
    killed_by=("HIST-04", "IDENT-08"),
    apply=apply,
)
