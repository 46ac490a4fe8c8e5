"""每句话各开一个任务，不排队。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收到就开任务，同一个聊天的话也一齐答。"""
    tasks: set[asyncio.Task[None]] = set()

    def submit(right: Any, chat: Any, number: int) -> None:
        if tasks:
            trace.hit()
        task = asyncio.get_running_loop().create_task(server.bot.answer(number))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    replace(server.scheduler, "submit", submit, Trace(None))


MUTANT = Mutant(
    title="同一个聊天不排队",
    story="每句话一个任务：头一句答得慢，后面的就抢到了前面。",
    catalogue=("G-16",),
    properties=("P13", "P11"),
    killed_by=("ORDER-01", "ORDER-02", "ORDER-03"),
    apply=apply,
)
