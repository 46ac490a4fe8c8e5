"""引用不分平台。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """找原话时漏了平台一列。"""
    rewrite(server.archive, "_newest", trace, ("platform = ?", ANYONE))


MUTANT = Mutant(
    title="引用不分平台",
    story="原话的键里没有平台，微信里引用，找回来的是 QQ 里的话。",
    catalogue=("B-03",),
    properties=("P4",),
    killed_by=("QUOTE-01", "QUOTE-02"),
    apply=apply,
)
