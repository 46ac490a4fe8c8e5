"""注销时漏清长期记忆。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, left_behind
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销一张张表地清，漏了长期记忆；编号由名字算出，同名重开就接上了。"""
    left_behind(server, "memories", trace)


MUTANT = Mutant(
    title="同名重开想得起旧托付",
    story="注销时漏清长期记忆，编号又由名字算出，旧托付的事新的麦麦还记得。",
    catalogue=("F-02", "F-03"),
    properties=("P9",),
    killed_by=("REMOVE-03",),
    apply=apply,
)
