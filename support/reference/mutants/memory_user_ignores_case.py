"""私下的记忆编号不分大小写。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆私事时用户编号不分大小写。"""
    rewrite(server.archive, "recall", trace, ("user_id = ?", "user_id = ? COLLATE NOCASE"))


MUTANT = Mutant(
    title="私下的记忆编号不分大小写",
    story="记忆表的用户列不分大小写，Alice 托付的私事 alice 也想得起。",
    catalogue=("B-10",),
    properties=("P10",),
    killed_by=("IDENT-05",),
    apply=apply,
)
