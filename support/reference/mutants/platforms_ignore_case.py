"""平台名不分大小写。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较平台名时不分大小写。"""
    rewrite(server.archive, "history", trace, ("platform = ?", "platform = ? COLLATE NOCASE"))


MUTANT = Mutant(
    title="平台名不分大小写",
    story="平台名统一成小写再比，wechat 与 WeChat 两处的同号用户成了一个人。",
    catalogue=("B-10",),
    properties=("P4", "P10"),
    killed_by=("IDENT-09",),
    apply=apply,
)
