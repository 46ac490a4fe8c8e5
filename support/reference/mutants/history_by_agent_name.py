"""历史按智能体的名字找。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查历史时比的是智能体的名字，不是编号。"""
    name = "(SELECT name FROM agents WHERE id = {})"
    same = f"{ANYONE} AND {name.format('agent_id')} = {name.format('?')}"
    rewrite(server.archive, "history", trace, ("tenant_id = ? AND agent_id = ?", same))


MUTANT = Mutant(
    title="历史按智能体的名字找",
    story="拿智能体的显示名当编号，两家都叫“小助手”的就成了一个。",
    catalogue=("B-01", "F-09"),
    properties=("P1", "P2"),
    killed_by=("HIST-09",),
    apply=apply,
)
