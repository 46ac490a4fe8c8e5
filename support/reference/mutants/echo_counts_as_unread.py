"""麦麦自己的话也算一句未读，又答了一遍。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """答完时聊天里还有没答的话，就把自己刚说的那句也数进去，同一句再答一遍。"""
    echoed: set[int] = set()

    async def answer(right: Any, number: int) -> None:
        turn = server.archive.turn(number)
        await right(number)
        if turn is None or number in echoed:
            return
        if any(chat == turn.chat for chat, _ in server.archive.waiting()):
            trace.hit()
            echoed.add(number)
            server.store.run("UPDATE turns SET state = 'waiting' WHERE turn = ?", number)
            server.scheduler.submit(turn.chat, number)

    replace(server.scheduler, "_answer", answer, Trace(None))


MUTANT = Mutant(
    title="自己的回声算未读",
    story="平台把麦麦自己的话回显过来，它当成又有人说话：连着说的时候，同一句答了两遍。",
    catalogue=("G-17",),
    properties=("P13",),
    killed_by=("DELIV-01", "AWAY-01", "CONV-02"),
    apply=apply,
)
