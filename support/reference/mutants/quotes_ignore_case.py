"""引用的群号不分大小写。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """找原话时群号不分大小写。"""
    rewrite(server.archive, "_newest", trace, ("chat_id = ?", "chat_id = ? COLLATE NOCASE"))


MUTANT = Mutant(
    title="引用的群号不分大小写",
    story="找原话时群号不分大小写，编号只差大小写的两个群互相引得到。",
    catalogue=("B-10",),
    properties=("P3", "P10"),
    killed_by=("QUOTE-07",),
    apply=apply,
)
