"""作答期间会话按用户编号共用。"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from support.reference.archive import Line, Turn
from support.reference.mutation import Answering, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """同号用户还有一句没答完时，历史取那一句的聊天。"""
    answering = Answering(server, lambda turn: turn.user_id)

    def wrong(right: Callable[..., list[Line]], turn: Turn, limit: int) -> list[Line]:
        first = answering.first(turn)
        if first.chat == turn.chat:
            return right(turn, limit)
        trace.hit()
        lines = right(dataclasses.replace(turn, chat=first.chat), limit)
        return [*lines, Line(turn.nickname, turn.words)]

    replace(server.archive, "history", wrong, Trace(None))


MUTANT = Mutant(
    title="作答期间会话按用户编号共用",
    story="会话对象按用户编号缓存到答完为止，同一个人在另一处的问话读到了这一处的历史。",
    catalogue=("C-01", "C-08"),
    properties=("P3", "P4", "P11"),
    killed_by=("HIST-06", "IDENT-08"),
    apply=apply,
)
