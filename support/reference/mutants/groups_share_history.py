"""一个智能体的群只有一份历史。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """群聊的历史只分到智能体与平台，没有看群号。"""
    rewrite(server.archive, "history", trace, ("chat_id = ?", "(chat_id = ?5 OR kind = 'group')"))


MUTANT = Mutant(
    title="一个智能体的群只有一份历史",
    story="历史存在智能体对象里，它所在的每个群都读到别的群说的话。",
    catalogue=("D-05",),
    properties=("P3",),
    killed_by=("TECH-03", "HIST-06"),
    apply=apply,
)
