"""编号不分大小写。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较聊天编号时不分大小写。"""
    rewrite(server.archive, "history", trace, ("chat_id = ?", "chat_id = ? COLLATE NOCASE"))


MUTANT = Mutant(
    title="编号不分大小写",
    story="编号列用了不分大小写的排序规则，Alice 与 alice 读到同一份历史。",
    catalogue=("B-10",),
    properties=("P10",),
    killed_by=("IDENT-01", "IDENT-02"),
    apply=apply,
)
