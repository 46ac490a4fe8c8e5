"""登记活跃时不看归属。"""

from __future__ import annotations

from support.reference.control_activity import ActivityApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """正文里写哪个租户就登记到哪个，没有核对来人。"""
    unscoped(ActivityApi, "touch", trace)


MUTANT = Mutant(
    title="别家的活跃状态改得动",
    story="登记活跃被当作心跳，没有核对来人，别家替它装作在线。",
    catalogue=("E-03",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
