"""作答期间说法按群号共用。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import Turn
from support.reference.mutation import Answering, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """同号的聊天还有一句没答完时，说法取那一句的。"""
    answering = Answering(server, lambda turn: turn.chat.chat_id)

    def wrong(right: Callable[[Turn], list[str]], turn: Turn) -> list[str]:
        first = answering.first(turn)
        if first is turn:
            return right(turn)
        trace.hit()
        return right(first)

    replace(server.sayings, "known", wrong, Trace(None))


MUTANT = Mutant(
    title="作答期间说法按群号共用",
    story="正在作答的群的行话缓存到答完，别家同号的群同时来问，用的是这一家的行话。",
    catalogue=("C-01", "D-07"),
    properties=("P1", "P11"),
    killed_by=("SAYING-02",),
    apply=apply,
)
