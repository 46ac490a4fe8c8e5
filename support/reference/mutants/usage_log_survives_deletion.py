"""注销时漏清使用记录。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, left_behind
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销一张张表地清，漏了使用记录；编号由名字算出，同名重开就接上了。"""
    left_behind(server, "usage_log", trace)


MUTANT = Mutant(
    title="同名重开背着旧账",
    story="注销时漏清使用记录，编号又由名字算出，新租户一开通账上就有旧的记录。",
    catalogue=("F-01", "F-03"),
    properties=("P9",),
    killed_by=("ACCOUNT-04",),
    apply=apply,
)
