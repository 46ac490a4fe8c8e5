"""引用只在全体最近的话里找。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只在全体最近二十句话里找原话。"""
    rewrite(server.archive, "_newest", trace, ("turn < ?", "turn < ?6 AND turn > ?6 - 20"))


MUTANT = Mutant(
    title="引用只在全体最近的话里找",
    story="可引用的话全体共用二十个位置，别家一刷屏，自己的原话就引不到。",
    catalogue=("D-17",),
    properties=("P11",),
    killed_by=("QUOTE-04",),
    apply=apply,
)
