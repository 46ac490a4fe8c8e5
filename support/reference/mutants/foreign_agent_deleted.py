"""删除智能体时不看归属。"""

from __future__ import annotations

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """凭编号删智能体，没有核对它是不是来人那家的。"""
    unscoped(AgentsApi, "remove", trace)


MUTANT = Mutant(
    title="别家的智能体删得掉",
    story="删除只凭编号，别家的智能体连同历史一起没了。",
    catalogue=("E-04",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
