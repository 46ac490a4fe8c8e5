"""建智能体时信正文里的租户。"""

from __future__ import annotations

from support.reference.control_agents import AgentsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只核对租户存在，没有核对来人管不管得着它。"""
    unscoped(AgentsApi, "create", trace)


MUTANT = Mutant(
    title="往别家名下添得了智能体",
    story="正文里写哪个租户就建到哪个名下，只要那家存在。",
    catalogue=("E-08",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
