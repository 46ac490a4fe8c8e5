"""数据目录用洗过的名字。"""

from __future__ import annotations

import re

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """找历史时比的是洗过的租户名字与智能体名字。"""
    teach(server, "folder", lambda name: re.sub(r"\W", "_", name).lower())
    tenant = "folder((SELECT tenant_name FROM tenants WHERE id = {}))"
    agent = "folder((SELECT name FROM agents WHERE id = {}))"
    same = f"{tenant.format('tenant_id')} = {tenant.format('?')}"
    same += f" AND {agent.format('agent_id')} = {agent.format('?')}"
    rewrite(server.archive, "history", trace, ("tenant_id = ? AND agent_id = ?", same))


MUTANT = Mutant(
    title="数据目录用洗过的名字",
    story="租户与智能体的名字去掉符号、变成小写当目录名，名字相仿的就共用一个目录。",
    catalogue=("F-03", "B-10"),
    properties=("P1", "P2", "P10"),
    killed_by=("IDENT-07", "IDENT-08"),
    apply=apply,
)
