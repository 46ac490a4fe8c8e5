"""注销时漏清学到的说法。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, left_behind
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销一张张表地清，漏了学到的说法；编号由名字算出，同名重开就接上了。"""
    left_behind(server, "sayings", trace)


MUTANT = Mutant(
    title="同名重开还懂旧行话",
    story="注销时漏清学到的说法，编号又由名字算出，旧群里的行话新的还懂。",
    catalogue=("F-02", "F-03"),
    properties=("P9",),
    killed_by=("REOPEN-03",),
    apply=apply,
)
