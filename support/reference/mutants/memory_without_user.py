"""私下的记忆不分人。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆私事时漏了用户一列。"""
    rewrite(server.archive, "recall", trace, ("user_id = ?", ANYONE))


MUTANT = Mutant(
    title="私下的记忆不分人",
    story="私下托付的事只标了“私聊”，换个人来私聊也想得起。",
    catalogue=("D-05",),
    properties=("P3", "P10"),
    killed_by=("MEM-07", "IDENT-05"),
    apply=apply,
)
