"""聊天历史只按群号找。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查历史时漏了租户与智能体两列。"""
    columns = ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}")
    rewrite(server.archive, "history", trace, columns)


MUTANT = Mutant(
    title="聊天历史不分租户",
    story="查聊天历史只看平台和群号，两家的同号群就成了一个群。",
    catalogue=("B-01", "D-01", "D-02"),
    properties=("P1", "P2"),
    killed_by=("HIST-01", "HIST-02", "HIST-04"),
    apply=apply,
)
