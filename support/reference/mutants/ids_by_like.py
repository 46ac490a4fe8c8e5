"""编号用 LIKE 查。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """用 LIKE 比较聊天编号，没有转义。"""
    rewrite(server.archive, "history", trace, ("chat_id = ?", "chat_id LIKE ?"))


MUTANT = Mutant(
    title="编号用 LIKE 查",
    story="拿编号当 LIKE 的样式查，编号里有百分号或下划线的人读到了别人的历史。",
    catalogue=("B-08",),
    properties=("P10",),
    killed_by=("IDENT-01", "IDENT-04", "IDENT-06"),
    apply=apply,
)
