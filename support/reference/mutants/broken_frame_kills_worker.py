"""一帧坏消息让收话的工作任务倒掉，有新连接来才拉起来。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference import messages
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收话的循环没有接住解析的异常；循环是大家共用的，只在迎来新连接时检查它还在不在。"""
    alive = asyncio.Event()
    alive.set()

    async def receive(right: Any, connection: Any, raw: str) -> None:
        await alive.wait()
        await right(connection, raw)

    def read(right: Any, raw: str) -> Any:
        frame = right(raw)
        if frame is None and "sys_ack" not in raw:
            trace.hit()
            alive.clear()
        return frame

    def enter(right: Any, connection: Any) -> None:
        alive.set()
        right(connection)

    replace(server.messages, "_receive", receive, Trace(None))
    replace(server.messages, "enter", enter, Trace(None))
    replace(messages, "read_frame", read, Trace(None))


MUTANT = Mutant(
    title="一帧坏消息倒了大家的循环",
    story="解析的异常没接住，共用的收话循环倒了，有新连接来才拉起来：别家的话都石沉大海。",
    catalogue=("H-08",),
    properties=("P12",),
    killed_by=("NOISE-03",),
    apply=apply,
)
