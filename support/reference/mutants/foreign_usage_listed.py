"""查用量时信来人写的租户。"""

from __future__ import annotations

from support.reference.control_usage import UsageApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查询里写哪个租户就查哪个，没有核对来人管不管得着。"""
    unscoped(UsageApi, "show", trace)


MUTANT = Mutant(
    title="查得到别家的用量",
    story="用量接口只认查询参数里的租户，别家说了多少话、做了什么都看得见。",
    catalogue=("H-04",),
    properties=("P8",),
    killed_by=("ADMIN-02",),
    apply=apply,
)
