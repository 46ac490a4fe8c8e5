"""修改配置时不看归属。"""

from __future__ import annotations

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """整个替换配置，没有核对智能体是不是来人那家的。"""
    unscoped(AgentsApi, "change_config", trace)


MUTANT = Mutant(
    title="别家的人设改得动",
    story="配置接口只凭编号，别家的管理员能把人设换掉。",
    catalogue=("E-03",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
