"""私下的记忆不分平台。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆私事时漏了平台一列。"""
    rewrite(server.archive, "recall", trace, ("platform = ?", ANYONE))


MUTANT = Mutant(
    title="私下的记忆不分平台",
    story="私下托付的事按用户编号找，另一平台的同号用户也想得起。",
    catalogue=("D-05", "B-03"),
    properties=("P4",),
    killed_by=("MEM-07",),
    apply=apply,
)
