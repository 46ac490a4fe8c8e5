"""忙的时候借别人的描述。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.mutation import Mutant, Trace, replace
from support.reference.pictures import Seen
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """说过十六句的租户，看图先找任何人的描述。"""

    def wrong(right: Callable[[Seen], str | None], seen: Seen) -> str | None:
        if server.limits.said_since(seen[0], 0.0) < 16:
            return right(seen)
        trace.hit()
        row = server.store.one("SELECT words FROM pictures WHERE digest = ?", seen[2])
        return None if row is None else str(row["words"])

    replace(server.pictures, "_known", wrong, Trace(None))


MUTANT = Mutant(
    title="忙的时候借别人的描述",
    story="一家说得太多时为了省模型改用共用缓存，拿到了别家对同一张图的描述。",
    catalogue=("D-11", "H-01"),
    properties=("P1", "P11"),
    killed_by=("PIC-07",),
    apply=apply,
)
