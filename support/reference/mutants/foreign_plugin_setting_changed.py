"""写插件设置时不看归属。"""

from __future__ import annotations

from support.reference.control_plugins import PluginsApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查询里写哪个租户就写进哪个，没有核对来人。"""
    unscoped(PluginsApi, "change", trace)


MUTANT = Mutant(
    title="别家的插件设置改得动",
    story="读有核对、写没有，别家的管理员能往它名下写插件设置。",
    catalogue=("E-03",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
