"""修改智能体时不看归属。"""

from __future__ import annotations

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """凭编号改智能体，没有核对它是不是来人那家的。"""
    unscoped(AgentsApi, "change", trace)


MUTANT = Mutant(
    title="别家的智能体改得动",
    story="修改只凭编号，别家的管理员能给它改名改说明。",
    catalogue=("E-03",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
