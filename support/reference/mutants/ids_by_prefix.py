"""编号按开头匹配。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """聊天编号只要开头相同就算。"""
    rewrite(
        server.archive, "history", trace, ("chat_id = ?", "substr(chat_id, 1, length(?5)) = ?5")
    )


MUTANT = Mutant(
    title="编号按开头匹配",
    story="清缓存用的“开头相同”也用来取历史，1234 读到了 12345 的话。",
    catalogue=("B-08",),
    properties=("P10",),
    killed_by=("IDENT-01", "IDENT-02"),
    apply=apply,
)
