"""一个智能体的全部聊天排一条队。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """排队的单位写成了智能体，不是聊天。"""
    lanes: dict[str, asyncio.Lock] = {}

    async def answer(right: Any, number: int) -> None:
        turn = server.archive.turn(number)
        lane = lanes.setdefault(turn.chat.agent_id if turn else "", asyncio.Lock())
        if lane.locked():
            trace.hit()
        async with lane:
            await right(number)

    replace(server.scheduler, "_answer", answer, Trace(None))


MUTANT = Mutant(
    title="一个智能体一条队",
    story="同一个智能体的聊天挨个儿答：小王那句卡住了，小雨跟着一直等。",
    catalogue=("H-06",),
    properties=("P11", "P13"),
    killed_by=("SCOPE-02",),
    apply=apply,
)
