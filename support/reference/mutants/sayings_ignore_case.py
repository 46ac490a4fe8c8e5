"""说法的群号不分大小写。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起说法时群号不分大小写。"""
    rewrite(server.sayings, "known", trace, ("chat_id = ?", "chat_id = ? COLLATE NOCASE"))


MUTANT = Mutant(
    title="说法的群号不分大小写",
    story="行话表的群号列不分大小写，编号只差大小写的两个群共用行话。",
    catalogue=("B-10", "D-07"),
    properties=("P3", "P10"),
    killed_by=("SAYING-07",),
    apply=apply,
)
