"""列插件设置时漏了租户。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查插件设置的语句漏了租户这个条件。"""
    rewrite(server.plugins, "own", trace, ("tenant_id = ?", ANYONE))


MUTANT = Mutant(
    title="插件设置的名录不分租户",
    story="列插件设置时漏了租户，每家看到的都是全部各家的。",
    catalogue=("D-15", "E-01"),
    properties=("P8",),
    killed_by=("MGMT-03",),
    apply=apply,
)
