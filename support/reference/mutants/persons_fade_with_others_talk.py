"""资料随别人的话淡忘。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只想得起全体最近二十句话里听来的。"""
    rewrite(
        server.people,
        "_facts",
        trace,
        ("turn <= ?", "turn <= ? AND turn > (SELECT max(turn) FROM turns) - 20"),
    )


MUTANT = Mutant(
    title="资料随别人的话淡忘",
    story="人物缓存全体共用，只留最近二十句话里见过的，别家一刷屏就忘了自己人。",
    catalogue=("D-17",),
    properties=("P1", "P11"),
    killed_by=("WHO-11",),
    apply=apply,
)
