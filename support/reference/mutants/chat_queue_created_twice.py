"""同一个聊天开了两条队。"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer

#: 读会话至多要多久（秒）；读着的时候同一个聊天又来一句，就一齐读完。
_LOADING = 0.5


def apply(server: ReferenceServer, trace: Trace) -> None:
    """先查有没有队、读一下库、再开队：头几句同时到，各开各的队。"""
    queues: dict[Any, asyncio.Queue[int]] = {}
    loading: dict[Any, asyncio.Event] = {}
    tasks: set[asyncio.Task[None]] = set()

    async def enqueue(chat: Any, number: int) -> None:
        queue = queues.get(chat)
        if queue is None:
            if chat in loading:
                loading[chat].set()
            loaded = loading.setdefault(chat, asyncio.Event())
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(loaded.wait(), _LOADING)
            if chat in queues:
                trace.hit()
            queue = queues[chat] = asyncio.Queue()
            start(work(queue))
        queue.put_nowait(number)

    async def work(queue: asyncio.Queue[int]) -> None:
        while True:
            await server.bot.answer(await queue.get())

    def start(job: Any) -> None:
        task = asyncio.get_running_loop().create_task(job)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def submit(right: Any, chat: Any, number: int) -> None:
        start(enqueue(chat, number))

    replace(server.scheduler, "submit", submit, Trace(None))


MUTANT = Mutant(
    title="一个聊天两条队",
    story="查有没有队与开队之间隔了一次等待：头两句同时到，各排各的队，次序就乱了。",
    catalogue=("C-08", "G-16"),
    properties=("P13",),
    killed_by=("ORDER-01",),
    apply=apply,
)
