"""作答期间回忆按用户编号共用。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import Memory, Turn
from support.reference.mutation import Answering, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """同号用户还有一句没答完时，回忆取那一句的。"""
    answering = Answering(server, lambda turn: turn.user_id)

    def wrong(right: Callable[[Turn], list[Memory]], turn: Turn) -> list[Memory]:
        first = answering.first(turn)
        if first is turn:
            return right(turn)
        trace.hit()
        return right(first)

    replace(server.archive, "recall", wrong, Trace(None))


MUTANT = Mutant(
    title="作答期间回忆按用户编号共用",
    story="正在作答的人想起的事缓存到答完，别家同号的人同时来问，拿到的是这一家的。",
    catalogue=("C-01", "C-04"),
    properties=("P1", "P11"),
    killed_by=("MEM-05",),
    apply=apply,
)
