"""编号用 GLOB 查。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """用 GLOB 比较聊天编号，没有转义。"""
    rewrite(server.archive, "history", trace, ("chat_id = ?", "chat_id GLOB ?"))


MUTANT = Mutant(
    title="编号用 GLOB 查",
    story="缓存按通配样式取键，编号是星号的人读到了所有人的历史。",
    catalogue=("B-08",),
    properties=("P10",),
    killed_by=("IDENT-04",),
    apply=apply,
)
