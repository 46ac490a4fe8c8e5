"""说法不分平台。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起说法时漏了平台一列。"""
    rewrite(server.sayings, "known", trace, ("platform = ?", ANYONE))


MUTANT = Mutant(
    title="说法不分平台",
    story="行话的键里没有平台，QQ 群的行话微信的同号群也用。",
    catalogue=("D-07", "B-03"),
    properties=("P4",),
    killed_by=("SAYING-04",),
    apply=apply,
)
