"""慢线路：aiohttp 的 WebSocket，与规格用的别种接法；没装 [fast] 也能压测，一样准。

职责：收发整帧的字节、断了报关闭码。不做什么：不懂帧的内容、不记账。
原生接法直接收发字节，省掉解码与编码；别的接法借规格用的线路。
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp

from support.client.wires import WebSocketWire, Wire, WireBroken

#: 对方读得慢时手里最多压这么多帧；再多就算没说成，不在内存里越攒越多。
MOST_QUEUED = 1000
_BROKEN = (WireBroken, ConnectionError, aiohttp.ClientError, RuntimeError)


class PlainWire:
    """一条连接。`hear` 收到整帧文本；`gone` 在断了之后叫一次。"""

    def __init__(
        self, wire: Wire, hear: Callable[[bytes], None], gone: Callable[[int, bool], None]
    ) -> None:
        self._wire, self._hear, self._gone = wire, hear, gone
        self._socket = wire.socket if isinstance(wire, WebSocketWire) else None
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(MOST_QUEUED)
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]

    @property
    def is_open(self) -> bool:
        """还收得到、发得出。"""
        return not any(task.done() for task in self._tasks)

    def send(self, frame: bytes) -> bool:
        """交出一帧文本；断了、压得太多返回假。"""
        if not self.is_open or self._outbox.full():
            return False
        self._outbox.put_nowait(frame)
        return True

    async def _write(self) -> None:
        while True:
            frame = await self._outbox.get()
            try:
                if self._socket is not None:
                    await self._socket.send_frame(frame, aiohttp.WSMsgType.TEXT)
                else:
                    await self._wire.send(frame.decode())
            except _BROKEN:
                return  # 断因由收的一头报

    async def _read(self) -> None:
        if self._socket is not None:
            await self._read_frames(self._socket)
        else:
            async for frame in self._wire.frames():
                self._hear(frame.encode())
        self._gone(self._wire.close_code, self._wire.refused)

    async def _read_frames(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        hear, text = self._hear, aiohttp.WSMsgType.TEXT
        while True:
            message = await socket.receive()
            if message.type is text:
                hear(message.data)
            elif socket.closed or message.type is aiohttp.WSMsgType.CLOSING:
                # 我们自己在关：接着收的话，关闭握手就由这里做，而这里随即被取消。
                return

    async def close(self) -> None:
        """我们主动断开；收的一头出过岔子（例如盘满了）在这里抛出。"""
        await self._wire.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        for task in self._tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
