"""列智能体时漏了租户。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查智能体的语句漏了租户这个条件。"""
    rewrite(server.directory, "agents", trace, ("tenant_id = ?", ANYONE))


MUTANT = Mutant(
    title="智能体的名录不分租户",
    story="列智能体时漏了租户，每家看到的都是全部各家的。",
    catalogue=("E-01",),
    properties=("P8",),
    killed_by=("MGMT-01",),
    apply=apply,
)
