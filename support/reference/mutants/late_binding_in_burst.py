"""一批话里每一句都用了最后一句的来路。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer

#: 至多攒多久（秒）；攒到了另一家的话就不再攒。
_BATCH = 0.5


def apply(server: ReferenceServer, trace: Trace) -> None:
    """攒一批再派活，循环里的闭包晚绑定：派出去时，人人都带着最后一句的来路。"""
    batch: list[tuple[Any, int]] = []
    route: dict[int, Any] = {}

    timers: list[asyncio.TimerHandle] = []

    def submit(right: Any, chat: Any, number: int) -> None:
        if not batch:
            timers.append(asyncio.get_running_loop().call_later(_BATCH, flush, right))
        batch.append((chat, number))
        if chat.tenant_id != batch[0][0].tenant_id:
            flush(right)

    def flush(right: Any) -> None:
        timers.pop().cancel()
        turns = [server.archive.turn(number) for _, number in batch]
        for chat, number in batch:
            route[number] = turns[-1]
            right(chat, number)
        batch.clear()

    def destination(right: Any, turn: Any) -> Any:
        last = route.pop(turn.number, None) or turn
        if right(last) != right(turn):
            trace.hit()
        return right(last)

    replace(server.scheduler, "submit", submit, Trace(None))
    replace(server.bot, "destination", destination, Trace(None))


MUTANT = Mutant(
    title="闭包晚绑定",
    story="循环里的闭包晚绑定：几家同时说话，一批里的回复全送给了最后说话的那家。",
    catalogue=("C-06",),
    properties=("P5", "P11", "P13"),
    killed_by=("ORDER-03",),
    apply=apply,
)
