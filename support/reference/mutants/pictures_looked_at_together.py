"""同时来的同一张图片合着看。"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.pictures import Seen
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """攒五十毫秒，内容相同的合成一次去看。"""
    looking: dict[str, asyncio.Task[str]] = {}

    async def wrong(
        right: Callable[..., Awaitable[str]], agent: Record, seen: Seen, data: str
    ) -> str:
        async def look() -> str:
            await asyncio.sleep(0.05)
            looking.pop(data)
            return await right(agent, seen, data)

        if data in looking:
            trace.hit()
        else:
            looking[data] = asyncio.create_task(look())
        return await looking[data]

    replace(server.pictures, "_look", wrong, Trace(None))


MUTANT = Mutant(
    title="同时来的同一张图片合着看",
    story="同一张图片同时来了两次就合成一次去看，两家都拿到先来那家的描述。",
    catalogue=("C-08", "D-11"),
    properties=("P1", "P11"),
    killed_by=("PIC-02",),
    apply=apply,
)
