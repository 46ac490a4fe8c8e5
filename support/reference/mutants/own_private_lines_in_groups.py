"""群里带上提问者的私聊。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """群聊的历史里添了提问者自己的私聊。"""
    chat = "kind = ?4 AND chat_id = ?5"
    mine = "kind = 'private' AND chat_id = (SELECT user_id FROM turns WHERE turn = ?6)"
    rewrite(
        server.archive,
        "history",
        trace,
        ("kind = ? AND chat_id = ?", f"({chat} OR {mine})"),
        ("turn <= ?", "turn <= ?6"),
    )


MUTANT = Mutant(
    title="群里带上提问者的私聊",
    story="为了“更懂用户”，群里作答时把提问者私下说的话也带进提示词。",
    catalogue=("D-01",),
    properties=("P3",),
    killed_by=("DAILY-02",),
    apply=apply,
)
