"""活跃状态的时限没人看。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """时限存了，列的时候没有比较。"""
    rewrite(server.activity, "current", trace, ("expires_at > ?1", "?1 > 0"))


MUTANT = Mutant(
    title="活跃状态永不到期",
    story="登记时写了时限，列名录时没有看，掉线的智能体永远显示在线。",
    catalogue=("F-14",),
    properties=("P8", "P9"),
    killed_by=("ACCOUNT-01",),
    apply=apply,
)
