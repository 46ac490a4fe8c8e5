"""一个智能体的私聊只有一份历史。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """私聊的历史没有看是谁的私聊。"""
    rewrite(server.archive, "history", trace, ("chat_id = ?", "(chat_id = ?5 OR kind = 'private')"))


MUTANT = Mutant(
    title="一个智能体的私聊只有一份历史",
    story="私聊没有群号，就都落进编号为空的那一个聊天，学生读到了别的学生的话。",
    catalogue=("D-05",),
    properties=("P3",),
    killed_by=("TEACH-03", "IDENT-01"),
    spares=("TECH-02",),
    apply=apply,
)
