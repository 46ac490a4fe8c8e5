"""人物资料不分人。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起一个人时漏了用户一列。"""
    rewrite(server.people, "_facts", trace, ("user_id = ?", ANYONE))


MUTANT = Mutant(
    title="人物资料不分人",
    story="资料挂在智能体上而不是人上，谁来问都被当成上一个自我介绍的人。",
    catalogue=("D-08",),
    properties=("P3", "P10"),
    killed_by=("WHO-04", "WHO-10"),
    apply=apply,
)
