"""连着说的几句话，只答最后一句。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """轮到一句时，同一个聊天里又来了新的，就略过它。"""

    async def answer(right: Any, number: int) -> None:
        turn = server.archive.turn(number)
        later = [n for chat, n in server.archive.waiting() if turn and chat == turn.chat]
        if turn is not None and later[-1] > number:
            trace.hit()
            server.archive.drop(number)
            return
        await right(number)

    replace(server.scheduler, "_answer", answer, Trace(None))


MUTANT = Mutant(
    title="连着说只答最后一句",
    story="为了不刷屏，把连着说的几句并成一次作答：前面几句再也没有回复。",
    properties=("P13",),
    killed_by=("DELIV-01",),
    apply=apply,
)
