"""私下的记忆用 LIKE 查。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆私事时用 LIKE 比较用户编号，没有转义。"""
    rewrite(server.archive, "recall", trace, ("user_id = ?", "user_id LIKE ?"))


MUTANT = Mutant(
    title="私下的记忆用 LIKE 查",
    story="拿用户编号当 LIKE 的样式查私事，编号是百分号的人想得起所有人的。",
    catalogue=("B-08",),
    properties=("P10",),
    killed_by=("IDENT-05",),
    apply=apply,
)
