"""私聊与群聊共用编号。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查历史时漏了私聊还是群聊一列。"""
    rewrite(server.archive, "history", trace, ("kind = ?", ANYONE))


MUTANT = Mutant(
    title="私聊与群聊共用编号",
    story="聊天的键里没有种类，群号等于谁的编号，群里就读到谁的私聊。",
    catalogue=("B-04",),
    properties=("P3", "P10"),
    killed_by=("IDENT-03",),
    apply=apply,
)
