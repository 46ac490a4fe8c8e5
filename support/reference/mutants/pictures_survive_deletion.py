"""注销时漏清图片描述。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, left_behind
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销一张张表地清，漏了图片描述；编号由名字算出，同名重开就接上了。"""
    left_behind(server, "pictures", trace)


MUTANT = Mutant(
    title="同名重开记得旧图片",
    story="注销时漏清图片描述，编号又由名字算出，重开之后同一张图片用的还是旧描述。",
    catalogue=("F-02", "F-03"),
    properties=("P9",),
    killed_by=("REOPEN-06",),
    apply=apply,
)
