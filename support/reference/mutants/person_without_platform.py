"""人物资料不分平台。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起一个人时漏了平台一列。"""
    rewrite(server.people, "_facts", trace, ("platform = ?", ANYONE))


MUTANT = Mutant(
    title="人物资料不分平台",
    story="人物按用户编号记，QQ 的一号与微信的一号成了一个人。",
    catalogue=("D-08", "B-03"),
    properties=("P4",),
    killed_by=("WHO-04",),
    apply=apply,
)
