"""按编号查看租户时不看归属。"""

from __future__ import annotations

from support.reference.control_tenants import TenantsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """凭编号取租户资料，来人是谁都给。"""
    unscoped(TenantsApi, "show", trace)


MUTANT = Mutant(
    title="别家的租户资料看得见",
    story="只有修改才核对归属，查看不核对，别家的资料谁都读得到。",
    catalogue=("E-02",),
    properties=("P8",),
    killed_by=("ADMIN-01",),
    apply=apply,
)
