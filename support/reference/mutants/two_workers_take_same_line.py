"""两个工作任务拿了同一句话。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer

#: 读会话的工夫（秒）。
_LOADING = 0.005


def apply(server: ReferenceServer, trace: Trace) -> None:
    """空闲的任务从库里找等着答的话，找到与标记之间隔了一次等待。"""
    claimed: set[int] = set()
    busy: set[int] = set()

    async def answer(right: Any, number: int) -> None:
        twice = bool(busy) and number not in claimed
        busy.add(number)
        turn = server.archive.turn(number)
        try:
            await right(number)
        finally:
            busy.discard(number)
        if twice and turn is not None and turn.notice is None:
            trace.hit()
            await asyncio.sleep(_LOADING)
            claimed.add(number)
            server.store.run("UPDATE turns SET state = 'waiting' WHERE turn = ?", number)
            await right(number)

    replace(server.scheduler, "_answer", answer, Trace(None))


MUTANT = Mutant(
    title="一句话被领走两次",
    story="领活没有先占位：几位用户同时说话，同一句被两个任务各答了一遍。",
    catalogue=("C-08", "G-11"),
    properties=("P13", "P12"),
    killed_by=("ORDER-02", "CONC-05", "CONV-01"),
    apply=apply,
)
