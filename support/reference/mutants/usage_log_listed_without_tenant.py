"""列使用记录时漏了租户。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查使用记录的语句漏了租户这个条件。"""
    rewrite(server.usage, "entries", trace, ("tenant_id = ?", ANYONE))


MUTANT = Mutant(
    title="使用记录的名录不分租户",
    story="列使用记录时漏了租户，每家看到的都是全部各家的。",
    catalogue=("E-01", "H-04"),
    properties=("P8",),
    killed_by=("MGMT-03", "MGMT-04"),
    apply=apply,
)
