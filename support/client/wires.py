"""线路：怎样连上、怎样收发文本、怎样看出“不放行”。

职责：一条物理连接，原生 WebSocket 与旧版直连都是它（Socket.IO 在 socketio_wire）。
不做什么：不懂帧里写了什么、不记账。
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from support.errors import TargetUnreachable

MAX_FRAME = 100 * 1024 * 1024
#: 没有关闭握手、连接就没了。
ABNORMAL = 1006


class WireBroken(Exception):
    """发不出去：线路已经断了，断因由收的一头报告。"""


@dataclass(frozen=True, slots=True)
class Badge:
    """连上时亮出的身份。`decoy` 与 `decoy_platform` 是另外附上、照约定不作数的密钥与平台。"""

    key: str = field(repr=False)
    platform: str
    connection_id: str = ""
    decoy: str = field(default="", repr=False)
    decoy_platform: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """连到哪里：地址、握手（连上与关闭）最多几秒、空闲时几秒一次心跳；`raw` 是文本帧不解码。"""

    url: str
    timeout: float
    ping: float
    raw: bool = False

    def unreachable(self, reason: object) -> TargetUnreachable:
        """连不上时的说法；密钥不在地址里，因此可以照印。"""
        return TargetUnreachable(
            f"消息面连不上：{self.url}（{reason}）。请确认服务在运行、地址与路径正确。"
        )


class Wire(Protocol):
    """一条打开了的线路。"""

    def frames(self) -> AsyncIterator[str]:
        """收到的每一帧文本，线路断了为止。"""
        ...

    @property
    def close_code(self) -> int:
        """断了之后：关闭码，异常中断是 1006。"""
        ...

    @property
    def refused(self) -> bool:
        """断了之后：服务是不是以此表示“不放行”；不是的一律结果不明。"""
        ...

    async def send(self, raw: str | bytes) -> None:
        """发一帧；发不出去抛 :class:`WireBroken`。"""
        ...

    async def close(self) -> None:
        """我们主动断开。"""
        ...


class WebSocketWire:
    """一条 WebSocket。`refusals` 是服务用来表示“不放行”的关闭码。"""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, refusals: frozenset[int]) -> None:
        self._socket, self._refusals = socket, refusals

    @property
    def socket(self) -> aiohttp.ClientWebSocketResponse:
        """底下的那一条，给要自己收发字节的人。"""
        return self._socket

    async def frames(self) -> AsyncIterator[str]:
        """只有文本帧；服务不发二进制。"""
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                yield message.data

    @property
    def close_code(self) -> int:
        """对方的关闭码。"""
        return self._socket.close_code or ABNORMAL

    @property
    def refused(self) -> bool:
        """以约定的关闭码关掉的。"""
        return self.close_code in self._refusals

    async def send(self, raw: str | bytes) -> None:
        """发一帧文本或二进制。"""
        try:
            if isinstance(raw, bytes):
                await self._socket.send_bytes(raw)
            else:
                await self._socket.send_str(raw)
        except (ConnectionError, aiohttp.ClientError, RuntimeError):
            raise WireBroken from None

    async def close(self) -> None:
        """关闭握手。"""
        await self._socket.close()


async def open_native(session: aiohttp.ClientSession, to: Address, badge: Badge) -> Wire:
    """原生接法：密钥放在请求头里，免得出现在任何报错的地址中。

    密钥或平台亮出两样时，以地址里的为准（约定 §2）。拒绝是 101 之后立刻关闭 1000。
    """
    headers = {
        "x-apikey": badge.decoy or badge.key,
        "x-platform": badge.decoy_platform or badge.platform,
    }
    if badge.connection_id:
        headers["x-uuid"] = badge.connection_id
    query = {"api_key": badge.key} if badge.decoy else {}
    if badge.decoy_platform:
        query["platform"] = badge.platform
    return await _open(session, to, headers, query, refusals=frozenset({1000, 1008}))


async def open_legacy(session: aiohttp.ClientSession, to: Address, badge: Badge) -> Wire:
    """旧版接法：凭证原样放在 Authorization，没有就不放。

    凭证不对关闭 1008；关闭 1000 是同一平台又连上了一条，旧的让位，不算拒绝（约定 §4）。
    """
    headers = {"platform": badge.platform}
    if badge.key:
        headers["Authorization"] = badge.key
    if badge.connection_id:
        headers["x-uuid"] = badge.connection_id
    query = {"token": badge.decoy} if badge.decoy else {}
    return await _open(session, to, headers, query, refusals=frozenset({1008}))


async def _open(
    session: aiohttp.ClientSession,
    to: Address,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    *,
    refusals: frozenset[int],
) -> Wire:
    handshake = session.ws_connect(
        to.url,
        headers=headers,
        params=query,
        heartbeat=to.ping,
        max_msg_size=MAX_FRAME,
        timeout=aiohttp.ClientWSTimeout(ws_close=to.timeout),
        decode_text=not to.raw,
    )
    try:
        socket = await asyncio.wait_for(_awaited(handshake), to.timeout)
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        raise to.unreachable(type(error).__name__) from None
    return WebSocketWire(socket, refusals)


async def _awaited(work: Awaitable[Any]) -> Any:
    """把只能 await 的东西包成协程，好交给 wait_for。"""
    return await work
