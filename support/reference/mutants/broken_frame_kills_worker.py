"""一帧坏消息让收话的工作任务倒掉，过一会儿才拉起来。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference import messages
from support.reference.mutation import Mutant, Stall, Trace, replace
from support.reference.server import ReferenceServer

#: 看护进程至少过多久把它拉起来（秒）。
_REVIVAL = 0.45


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收话的循环没有接住解析的异常；循环是大家共用的。"""
    down, revival = [0.0], Stall(server, least=_REVIVAL)

    async def receive(right: Any, connection: Any, raw: str) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < down[0]:
            await asyncio.sleep(down[0] - loop.time())
        await right(connection, raw)

    def read(right: Any, raw: str) -> Any:
        frame = right(raw)
        if frame is None and "sys_ack" not in raw:
            trace.hit()
            down[0] = asyncio.get_running_loop().time() + revival.seconds
        return frame

    replace(server.messages, "_receive", receive, Trace(None))
    replace(messages, "read_frame", read, Trace(None))


MUTANT = Mutant(
    title="一帧坏消息倒了大家的循环",
    story="解析的异常没接住，共用的收话循环倒了，等看护进程拉起来：别家的话都跟着等。",
    catalogue=("H-08",),
    properties=("P12",),
    killed_by=("NOISE-03",),
    apply=apply,
)
