"""作答期间引用在同号的聊天里找。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as changed

from support.reference.archive import Line, Turn
from support.reference.mutation import QUIET, Answering, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """同号的聊天还有一句没答完时，引用的原话在那个聊天里找。"""
    answering = Answering(server, lambda turn: (turn.chat.platform, turn.chat.chat_id))

    def quoted(
        right: Callable[[Turn, str], Line | None], turn: Turn, message_id: str
    ) -> Line | None:
        first = answering.first(turn)
        if first is turn:
            return right(turn, message_id)
        trace.hit()
        return right(changed(turn, chat=first.chat), message_id)

    replace(server.archive, "quoted", quoted, QUIET)


MUTANT = Mutant(
    title="作答期间引用按聊天编号共用",
    story="正在作答的聊天的原话表缓存到答完，别家同号的聊天同时引用，引到的是这一家的话。",
    catalogue=("C-01",),
    properties=("P1", "P11"),
    killed_by=("QUOTE-05",),
    apply=apply,
)
