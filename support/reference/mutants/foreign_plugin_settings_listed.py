"""列插件设置时信来人写的租户。"""

from __future__ import annotations

from support.reference.control_plugins import PluginsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查询里写哪个租户就列哪个，没有核对来人管不管得着。"""
    unscoped(PluginsApi, "browse", trace)


MUTANT = Mutant(
    title="列得出别家的插件设置",
    story="插件设置走另一套路由，没有接上归属的核对，别家的设置读得到。",
    catalogue=("E-07",),
    properties=("P8",),
    killed_by=("ADMIN-02",),
    apply=apply,
)
