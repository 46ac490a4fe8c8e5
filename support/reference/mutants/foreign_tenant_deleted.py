"""删除租户时不看归属。"""

from __future__ import annotations

from support.reference.control_tenants import TenantsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """有管理权限就能删，没有核对删的是不是自己那家。"""
    unscoped(TenantsApi, "remove", trace)


MUTANT = Mutant(
    title="别家整个删得掉",
    story="租户的管理员也能删租户，删哪家由他写。",
    catalogue=("E-04",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
