"""按编号查看智能体时不看归属。"""

from __future__ import annotations

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """凭编号取智能体，没有核对它是不是来人那家的。"""
    unscoped(AgentsApi, "show", trace)


MUTANT = Mutant(
    title="别家的智能体看得见",
    story="接口只凭编号取智能体，别家的管理员换个编号就读到它。",
    catalogue=("E-02",),
    properties=("P8",),
    killed_by=("ADMIN-01",),
    apply=apply,
)
