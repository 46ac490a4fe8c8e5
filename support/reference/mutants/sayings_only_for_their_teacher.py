"""说法只对教的人用。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只想得起提问者自己教的说法。"""
    mine = "(SELECT user_id FROM turns WHERE turns.turn = {})"
    taught = f"turn < ?6 AND {mine.format('sayings.turn')} = {mine.format('?6')}"
    rewrite(server.sayings, "known", trace, ("turn < ?", taught))


MUTANT = Mutant(
    title="说法只对教的人用",
    story="行话记在教它的人名下，群里别人问起就听不懂。",
    catalogue=("B-18",),
    properties=("P2", "P3", "P4"),
    killed_by=("SAYING-04",),
    apply=apply,
)
