"""历史每个智能体只留三十句。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只在这个智能体最近的三十句里找历史。"""
    mine = "WHERE tenant_id = ?1 AND agent_id = ?2"
    newest = f"FROM (SELECT * FROM turns {mine} ORDER BY turn DESC LIMIT 30) {mine}"
    everything = "FROM turns WHERE tenant_id = ? AND agent_id = ?"
    rewrite(server.archive, "history", trace, (everything, newest))


MUTANT = Mutant(
    title="历史每个智能体只留三十句",
    story="定长队列挂在智能体上，同一家的同事说得一多，自己的上下文就被挤掉。",
    catalogue=("D-17",),
    properties=("P3", "P11"),
    killed_by=("KEEP-01",),
    apply=apply,
)
