"""车道：压测用的一条连接，收发都是整帧的字节。

职责：连上、发、把收到的帧连同时刻交出去。不做什么：不懂帧的内容、不记账。
原生接法装了 picows（[fast]）就用它，没装就用 aiohttp 直接收字节，省掉解码；
别的接法借规格用的线路，慢些但一样准。
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

from support.client.transports import TRANSPORTS
from support.client.wires import Address, Badge, WebSocketWire, Wire, WireBroken

if TYPE_CHECKING:
    from support.load.swift import SwiftWire

#: 装了 picows 没有；进程里不会变，开一万条车道时不必问一万遍。
SWIFT = importlib.util.find_spec("picows") is not None

#: 收到一帧：第几条车道、帧、单调钟秒。
Hear = Callable[[int, bytes, float], None]
#: 车道断了：第几条车道、关闭码、是不是“不放行”。
Gone = Callable[[int, int, bool], None]


@dataclass(frozen=True, slots=True)
class Door:
    """连到哪里、凭什么进。"""

    url: str
    platform: str
    timeout: float
    ping: float
    transport: str = "native"
    key: str = field(default="", repr=False)


class Lane:
    """一条车道。`number` 是它在这一片里的编号。"""

    def __init__(self, number: int, door: Door, hear: Hear, gone: Gone) -> None:
        self.number, self._door = number, door
        self._hear, self._gone = hear, gone
        self._wire: Wire | None = None
        self._swift: SwiftWire | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._leaving = False

    @property
    def is_open(self) -> bool:
        """还收得到东西。"""
        if self._swift is not None:
            return self._swift.is_open
        return self._reader is not None and not self._reader.done()

    async def open(self, session: aiohttp.ClientSession) -> None:
        """连上；连不上抛 TargetUnreachable。"""
        door = self._door
        address = Address(door.url, door.timeout, door.ping, raw=True)
        badge = Badge(door.key, door.platform)
        if SWIFT and door.transport == "native" and door.url.startswith(("ws:", "wss:")):
            self._swift = await self._open_swift(address, badge)
            return
        self._wire = await TRANSPORTS[door.transport].open(session, address, badge)
        if isinstance(self._wire, WebSocketWire):
            self._socket = self._wire.socket
        self._reader = asyncio.create_task(self._read(self._wire))

    async def _open_swift(self, address: Address, badge: Badge) -> SwiftWire:
        from support.load.swift import open_swift

        hear, number, now = self._hear, self.number, time.monotonic

        def gone(code: int, refused: bool) -> None:
            if not self._leaving:
                self._gone(number, code, refused)

        return await open_swift(address, badge, lambda frame: hear(number, frame, now()), gone)

    async def send(self, frame: bytes) -> bool:
        """发一帧文本；断了返回假。"""
        if self._swift is not None:
            return await self._swift.send(frame)
        try:
            if self._socket is not None:
                await self._socket.send_frame(frame, aiohttp.WSMsgType.TEXT)
            elif self._wire is not None:
                await self._wire.send(frame.decode())
        except (WireBroken, ConnectionError, aiohttp.ClientError, RuntimeError):
            return False
        return True

    async def _read(self, wire: Wire) -> None:
        if self._socket is not None:
            await self._read_frames(self._socket)
        else:
            async for frame in wire.frames():
                self._hear(self.number, frame.encode(), time.monotonic())
        if not self._leaving:
            self._gone(self.number, wire.close_code, wire.refused)

    async def _read_frames(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        hear, number, now = self._hear, self.number, time.monotonic
        text = aiohttp.WSMsgType.TEXT
        while True:
            message = await socket.receive()
            if message.type is text:
                hear(number, message.data, now())
            elif socket.closed:
                return

    async def close(self) -> None:
        """我们主动断开。"""
        self._leaving = True
        if self._swift is not None:
            await self._swift.close()
        if self._wire is not None:
            await self._wire.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
