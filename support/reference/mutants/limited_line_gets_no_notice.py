"""被限流的话没有任何答复。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """超了限额就直接丢，连提示也没有。"""

    async def answer(right: Any, number: int) -> None:
        turn = server.archive.turn(number)
        if turn is not None and turn.notice is not None:
            trace.hit()
            server.archive.discard(number)
            return
        await right(number)

    replace(server.scheduler, "_answer", answer, Trace(None))


MUTANT = Mutant(
    title="限流不说一声",
    story="超了限额的话悄悄丢掉：用户以为麦麦坏了。",
    properties=("P12", "P13"),
    killed_by=("LIMIT-02",),
    apply=apply,
)
