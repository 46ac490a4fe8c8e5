"""历史不分平台。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查历史时漏了平台一列。"""
    rewrite(server.archive, "history", trace, ("platform = ?", ANYONE))


MUTANT = Mutant(
    title="历史不分平台",
    story="聊天的键里没有平台，QQ 的一号与微信的一号成了一个人。",
    catalogue=("B-03",),
    properties=("P4",),
    killed_by=("HIST-05", "HIST-06", "IDENT-09"),
    apply=apply,
)
