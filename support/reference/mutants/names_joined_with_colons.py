"""租户名与智能体名拼成键。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较的是租户名字与智能体名字拼成的串。"""
    joined = (
        "(SELECT tenant_name || '::' || name FROM agents"
        " JOIN tenants ON tenants.id = agents.tenant_id WHERE agents.id = {})"
    )
    same = f"{ANYONE} AND {joined.format('agent_id')} = {joined.format('?')}"
    rewrite(server.archive, "history", trace, ("tenant_id = ? AND agent_id = ?", same))


MUTANT = Mutant(
    title="租户名与智能体名拼成键",
    story="缓存键是“租户名::智能体名”，冒号挪个位置，一家就读到另一家的历史。",
    catalogue=("B-05", "F-09"),
    properties=("P1", "P2", "P10"),
    killed_by=("JOIN-03",),
    apply=apply,
)
