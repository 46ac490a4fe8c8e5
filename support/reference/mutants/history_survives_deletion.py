"""注销时漏清聊天历史。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, left_behind
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销一张张表地清，漏了聊天历史；编号由名字算出，同名重开就接上了。"""
    left_behind(server, "turns", trace)


MUTANT = Mutant(
    title="同名重开想得起旧话",
    story="注销时漏清聊天历史，编号又由名字算出，同名重开的租户接着旧的聊。",
    catalogue=("F-02", "F-03"),
    properties=("P9",),
    killed_by=("REOPEN-01", "REMOVE-02"),
    apply=apply,
)
