"""作答期间人物按编号共用。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import Turn
from support.reference.mutation import Answering, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """同号用户还有一句没答完时，资料取那一句的。"""
    answering = Answering(server, lambda turn: turn.user_id)

    def wrong(right: Callable[..., list[str]], turn: Turn, topic: str, limit: int) -> list[str]:
        first = answering.first(turn)
        if first is turn:
            return right(turn, topic, limit)
        trace.hit()
        return right(first, topic, limit)

    replace(server.people, "_facts", wrong, Trace(None))


MUTANT = Mutant(
    title="作答期间人物按编号共用",
    story="正在作答的人的资料缓存到答完，别家同号的人同时来问，被叫成了这一家的名字。",
    catalogue=("C-01", "D-08"),
    properties=("P1", "P11"),
    killed_by=("WHO-03",),
    apply=apply,
)
