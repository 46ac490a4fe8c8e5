"""去重不分平台。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查重时不看平台。"""
    rewrite(server.archive, "is_duplicate", trace, ("platform = ?", ANYONE))


MUTANT = Mutant(
    title="去重不分平台",
    story="去重表漏了平台，QQ 与微信数到同一个编号，后一句就没有人答。",
    catalogue=("G-09", "B-03"),
    properties=("P4", "P13"),
    killed_by=("MSGID-01",),
    apply=apply,
)
