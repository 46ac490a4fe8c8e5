"""说法全局通用。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起说法时没有看是哪个聊天教的。"""
    rewrite(server.sayings, "known", trace, ("kind = ? AND chat_id = ?", f"{ANYONE} AND {ANYONE}"))


MUTANT = Mutant(
    title="说法全局通用",
    story="行话标成了“全局”，一个群教的别的群也用。",
    catalogue=("D-07",),
    properties=("P3",),
    killed_by=("SAYING-04", "SAYING-06"),
    apply=apply,
)
