"""注销时漏清人物资料。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, left_behind
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销一张张表地清，漏了人物资料；编号由名字算出，同名重开就接上了。"""
    left_behind(server, "person_facts", trace)


MUTANT = Mutant(
    title="同名重开还认得旧人",
    story="注销时漏清人物资料，编号又由名字算出，旧租户听来的名字新的还叫得出。",
    catalogue=("F-02", "F-03"),
    properties=("P9",),
    killed_by=("REOPEN-02",),
    apply=apply,
)
