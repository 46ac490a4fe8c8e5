"""列智能体时信来人写的租户。"""

from __future__ import annotations

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查询里写哪个租户就列哪个，没有核对来人管不管得着。"""
    unscoped(AgentsApi, "browse", trace)


MUTANT = Mutant(
    title="列得出别家的智能体",
    story="名录按查询参数里的租户列，来人写别家的编号就列出别家的。",
    catalogue=("E-01",),
    properties=("P8",),
    killed_by=("ADMIN-03",),
    apply=apply,
)
