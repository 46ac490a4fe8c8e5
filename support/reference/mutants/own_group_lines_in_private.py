"""私聊里带上本人的群聊。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """私聊的历史按说话人找，没有看是在哪个聊天里说的。"""
    rewrite(
        server.archive,
        "history",
        trace,
        (
            "kind = ? AND chat_id = ?",
            "(kind = ? AND chat_id = ?5 OR ?4 = 'private' AND user_id = ?5)",
        ),
    )


MUTANT = Mutant(
    title="私聊里带上本人的群聊",
    story="私聊的历史按用户编号找，本人在各个群里说的话都跟了进来。",
    catalogue=("D-01",),
    properties=("P3",),
    killed_by=("DAILY-03",),
    apply=apply,
)
