"""连接一条一条地验，收帧也跟着排队。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Stall, Trace, replace
from support.reference.server import ReferenceServer

#: 去配置服务问一次至少要多久（秒）。
_CHECK = 0.1
#: 拖一次工夫够问这么多次：太慢了连都连不上，看不出谁拖累了谁。
_CHECKS = 20


def apply(server: ReferenceServer, trace: Trace) -> None:
    """一个派发循环既验连接又收帧：验一条、销一条都要等一会儿，别人的帧都在后面排着。"""
    dispatcher, checks = asyncio.Lock(), Stall(server, least=_CHECK * _CHECKS)

    async def connect(right: Any, request: Any) -> Any:
        async with dispatcher:
            await asyncio.sleep(checks.seconds / _CHECKS)
        socket = await right(request)
        async with dispatcher:
            await asyncio.sleep(checks.seconds / _CHECKS)
        return socket

    async def receive(right: Any, connection: Any, raw: str) -> None:
        if dispatcher.locked():
            trace.hit()
        async with dispatcher:
            pass
        await right(connection, raw)

    replace(server.messages, "connect", connect, Trace(None))
    replace(server.messages, "_receive", receive, Trace(None))


MUTANT = Mutant(
    title="验连接挡住了收话",
    story="验密钥与收话在同一个循环里挨个儿做：一家反复连线，别家的话都堵在后面。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("NOISE-04",),
    apply=apply,
)
