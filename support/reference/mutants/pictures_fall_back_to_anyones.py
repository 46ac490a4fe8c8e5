"""看不成就拿别人的描述。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.pictures import Seen
from support.reference.segments import UNSEEN
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """没看成的图片改用任何人的描述。"""

    async def wrong(
        right: Callable[..., Awaitable[str]], agent: Record, seen: Seen, data: str
    ) -> str:
        words = await right(agent, seen, data)
        if words != UNSEEN:
            return words
        trace.hit()
        row = server.store.one("SELECT words FROM pictures WHERE digest = ?", seen[2])
        return words if row is None else str(row["words"])

    replace(server.pictures, "_look", wrong, Trace(None))


MUTANT = Mutant(
    title="看不成就拿别人的描述",
    story="模型看不成图时到缓存里找同一张图的任何描述，拿来的是别家的。",
    catalogue=("F-08",),
    properties=("P1", "P11"),
    killed_by=("PIC-05",),
    apply=apply,
)
