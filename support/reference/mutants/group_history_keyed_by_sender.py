"""群聊的键里多了说话人。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """群聊的历史只有提问者自己说的。"""
    rewrite(
        server.archive,
        "history",
        trace,
        ("turn <= ?", "turn <= ?6 AND user_id = (SELECT user_id FROM turns WHERE turn = ?6)"),
    )


MUTANT = Mutant(
    title="群聊的键里多了说话人",
    story="群聊的键里多拼了说话人，各人只看得见自己的话，接不上别人的。",
    catalogue=("B-18",),
    properties=("P3",),
    killed_by=("TECH-02",),
    spares=("TEACH-02",),
    apply=apply,
)
