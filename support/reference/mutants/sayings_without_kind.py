"""说法不分私聊与群。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起说法时漏了私聊还是群聊一列。"""
    rewrite(server.sayings, "known", trace, ("kind = ?", ANYONE))


MUTANT = Mutant(
    title="说法不分私聊与群",
    story="行话按聊天编号记，群号等于谁的编号，群里就用上他私下的说法。",
    catalogue=("D-07", "B-04"),
    properties=("P3", "P10"),
    killed_by=("SAYING-06",),
    apply=apply,
)
