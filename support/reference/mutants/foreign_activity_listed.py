"""列活跃状态时信来人写的租户。"""

from __future__ import annotations

from support.reference.control_activity import ActivityApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查询里写哪个租户就列哪个，没有核对来人管不管得着。"""
    unscoped(ActivityApi, "browse", trace)


MUTANT = Mutant(
    title="列得出别家的活跃状态",
    story="活跃状态当作无关紧要，接口没有核对来人，别家有哪些智能体在线都看得见。",
    catalogue=("E-01",),
    properties=("P8",),
    killed_by=("ADMIN-02",),
    apply=apply,
)
