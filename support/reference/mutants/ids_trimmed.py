"""编号去掉首尾空白。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较聊天编号前去掉了首尾空白。"""
    teach(server, "alike", str.strip)
    rewrite(server.archive, "history", trace, ("chat_id = ?", "alike(chat_id) = alike(?)"))


MUTANT = Mutant(
    title="编号去掉首尾空白",
    story="入口处顺手 strip 了编号，“bob7”与“bob7 ”成了一个人。",
    catalogue=("B-12",),
    properties=("P10",),
    killed_by=("IDENT-01", "IDENT-02", "IDENT-04"),
    apply=apply,
)
