"""先限件数再看归谁。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """先取这个智能体最近的二十件，再挑此处想得起的。"""
    mine = "WHERE tenant_id = ?1 AND agent_id = ?2"
    newest = f"FROM (SELECT * FROM memories {mine} ORDER BY turn DESC LIMIT 20) {mine}"
    everything = "FROM memories WHERE tenant_id = ? AND agent_id = ?"
    rewrite(server.archive, "recall", trace, (everything, newest))


MUTANT = Mutant(
    title="先限件数再看归谁",
    story="检索先取本智能体最近二十件再筛归谁，同事托付得多，自己的私事就想不起。",
    catalogue=("D-17",),
    properties=("P3", "P11", "P12"),
    killed_by=("MEM-08",),
    apply=apply,
)
