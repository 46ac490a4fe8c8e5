"""车道：压测用的一条连接，收发都是整帧的字节。

职责：连上、发、把收到的帧交出去。不做什么：不懂帧的内容、不记账。
原生接法装了 picows（[fast]）就走快线路（swift），否则走慢线路（plain）。
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import aiohttp

from support.client.transports import TRANSPORTS
from support.client.wires import Address, Badge
from support.load.plain import PlainWire

if TYPE_CHECKING:
    from support.load.swift import SwiftWire

#: 装了 picows 没有；进程里不会变，开一万条车道时不必问一万遍。
SWIFT = importlib.util.find_spec("picows") is not None

#: 收到一帧：第几条车道、帧。
Hear = Callable[[int, bytes], None]
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
    """一条车道。`number` 是它在这一片里的编号；我们主动断开的不报 `gone`。"""

    __slots__ = ("_door", "_gone", "_hear", "_leaving", "_wire", "number")

    def __init__(self, number: int, door: Door, hear: Hear, gone: Gone) -> None:
        self.number, self._door = number, door
        self._hear, self._gone = partial(hear, number), gone
        self._wire: SwiftWire | PlainWire | None = None
        self._leaving = False

    @property
    def is_open(self) -> bool:
        """还收得到东西。"""
        return self._wire is not None and self._wire.is_open

    async def open(self, session: aiohttp.ClientSession) -> None:
        """连上；连不上抛 TargetUnreachable。"""
        door = self._door
        address = Address(door.url, door.timeout, door.ping, raw=True)
        badge = Badge(door.key, door.platform)
        if SWIFT and door.transport == "native" and door.url.startswith(("ws:", "wss:")):
            from support.load.swift import open_swift

            self._wire = await open_swift(address, badge, self._hear, self._broken)
        else:
            wire = await TRANSPORTS[door.transport].open(session, address, badge)
            self._wire = PlainWire(wire, self._hear, self._broken)

    def send(self, frame: bytes) -> bool:
        """交出一帧文本；断了、对方读得太慢返回假。"""
        return self._wire is not None and self._wire.send(frame)

    async def close(self) -> None:
        """我们主动断开。"""
        self._leaving = True
        if self._wire is not None:
            await self._wire.close()

    def _broken(self, code: int, refused: bool) -> None:
        if not self._leaving:
            self._gone(self.number, code, refused)
