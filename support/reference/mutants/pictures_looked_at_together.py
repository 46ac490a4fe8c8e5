"""同时来的同一张图片合着看。"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.pictures import Seen
from support.reference.server import ReferenceServer

#: 至多攒多久（秒）。
_LONGEST = 1.0


def apply(server: ReferenceServer, trace: Trace) -> None:
    """攒到同一张来第二次（或攒够了时候），内容相同的合成一次去看。"""
    looking: dict[str, asyncio.Task[str]] = {}
    again = asyncio.Event()

    async def wrong(
        right: Callable[..., Awaitable[str]], agent: Record, seen: Seen, data: str
    ) -> str:
        async def look() -> str:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(again.wait(), _LONGEST)
            looking.pop(data)
            return await right(agent, seen, data)

        if data in looking:
            trace.hit()
            again.set()
        else:
            again.clear()
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
