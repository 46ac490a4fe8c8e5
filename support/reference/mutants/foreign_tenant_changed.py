"""修改租户时不看归属。"""

from __future__ import annotations

from support.reference.control_tenants import TenantsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """凭编号改租户资料，来人是谁都行。"""
    unscoped(TenantsApi, "change", trace)


MUTANT = Mutant(
    title="别家的租户资料改得动",
    story="修改只凭编号，别家的管理员能改它的资料，乃至把它停用。",
    catalogue=("E-03",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
