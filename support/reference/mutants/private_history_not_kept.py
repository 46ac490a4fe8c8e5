"""私聊的历史没有存。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import GROUP, Line, Turn
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """私聊作答时只带当前这一句。"""

    def wrong(right: Callable[..., list[Line]], turn: Turn, limit: int) -> list[Line]:
        if turn.chat.kind == GROUP:
            return right(turn, limit)
        trace.hit()
        return right(turn, 1)

    replace(server.archive, "history", wrong, Trace(None))


MUTANT = Mutant(
    title="私聊的历史没有存",
    story="历史只挂在群上，私聊每句都当作初次见面，学生得从头讲起。",
    properties=("P3",),
    killed_by=("TEACH-02", "HIST-01"),
    spares=("TECH-02",),
    apply=apply,
)
