"""按编号查看配置时不看归属。"""

from __future__ import annotations

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查看智能体有核对归属，查看它的配置忘了。"""
    unscoped(AgentsApi, "show_config", trace)


MUTANT = Mutant(
    title="别家的人设与配置看得见",
    story="配置是后来添的接口，没有照抄归属的核对，别家的人设一览无余。",
    catalogue=("E-02",),
    properties=("P8",),
    killed_by=("ADMIN-01",),
    apply=apply,
)
