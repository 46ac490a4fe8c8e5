"""按租户名字的开头找数据。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """找历史时比的是租户名字的开头与智能体的名字。"""
    tenant = "(SELECT tenant_name FROM tenants WHERE id = {})"
    agent = "(SELECT name FROM agents WHERE id = {})"
    alike = f"{tenant.format('tenant_id')} LIKE {tenant.format('?')} || '%'"
    alike += f" AND {agent.format('agent_id')} = {agent.format('?')}"
    rewrite(server.archive, "history", trace, ("tenant_id = ? AND agent_id = ?", alike))


MUTANT = Mutant(
    title="按租户名字的开头找数据",
    story="数据按租户名存放、按开头相同去找，“晨光”读到了“晨光二部”的历史。",
    catalogue=("B-08",),
    properties=("P1", "P10"),
    killed_by=("IDENT-07",),
    apply=apply,
)
