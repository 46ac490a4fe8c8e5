"""Socket.IO 线路（约定 §3）：事件 `message`，路径取自地址，密钥与平台只看请求头。

职责：把 python-socketio 的事件变成一串文本帧。不做什么：不自动重连，不懂帧里写了什么。
python-socketio 是可选依赖，用到这种接法才引入。
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from support.client.wires import ABNORMAL, MAX_FRAME, Address, Badge, Wire, WireBroken

log = logging.getLogger("support.client.socketio")
log.setLevel(logging.ERROR)

EVENT = "message"
_BY_SERVER, _DENIED = 1000, 1008


class SocketIOWire:
    """一条 Socket.IO 连接。"""

    def __init__(self, timeout: float) -> None:
        import socketio

        self._inbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._code = ABNORMAL
        self._exceptions = socketio.exceptions
        self._by_server = socketio.AsyncClient.reason.SERVER_DISCONNECT
        # 不与套件共用会话：它的客户端被回收时会关掉手里的会话，不管是谁的。
        self._client = socketio.AsyncClient(
            reconnection=False,
            handle_sigint=False,
            logger=log,
            engineio_logger=log,
            request_timeout=timeout,
            websocket_extra_options={"max_msg_size": MAX_FRAME},
        )
        self._client.on("connect", self._settle)
        self._client.on("connect_error", self._denied)
        self._client.on("disconnect", self._gone)
        self._client.on(EVENT, self._heard)
        self._client.on("*", self._odd)

    # ---- 事件 ------------------------------------------------------------------

    def _settle(self) -> None:
        if not self._settled.done():
            self._settled.set_result(None)

    def _denied(self, *_: Any) -> None:
        """握手时就说不行（约定里是先连上再断开，两种都是拒绝）。"""
        self._end(_DENIED)

    def _gone(self, reason: str) -> None:
        self._end(_BY_SERVER if reason == self._by_server else ABNORMAL)

    def _end(self, code: int) -> None:
        self._code = code
        self._settle()
        # 排到已经收下、还没轮到的帧后面。
        asyncio.get_running_loop().call_soon(self._inbox.put_nowait, None)

    def _heard(self, *data: Any) -> None:
        only = data[0] if len(data) == 1 else list(data)
        self._inbox.put_nowait(only if isinstance(only, str) else _dump(only))

    def _odd(self, event: str, *data: Any) -> None:
        """别的事件也要让越界审计看见。"""
        self._inbox.put_nowait(_dump({"event": event, "data": list(data)}))

    # ---- 线路 ------------------------------------------------------------------

    async def connect(self, to: Address, badge: Badge) -> None:
        """连上，或知道了连不上；被拒绝也算连上，随后的 :meth:`frames` 立刻结束。"""
        url, path = _http(to.url)
        headers = {"x-apikey": badge.key, "x-platform": badge.platform}
        if badge.connection_id:
            headers["x-uuid"] = badge.connection_id
        if badge.decoy:
            url += f"?api_key={quote(badge.decoy, safe='')}"
        try:
            await asyncio.wait_for(
                self._client.connect(
                    url,
                    headers=headers,
                    auth={"api_key": badge.decoy} if badge.decoy else None,
                    transports=["websocket"],
                    socketio_path=path,
                    wait=False,
                ),
                to.timeout,
            )
            await asyncio.wait_for(asyncio.shield(self._settled), to.timeout)
        except BaseException as error:
            await self.close()
            expected = (
                self._exceptions.ConnectionError,
                aiohttp.ClientError,
                asyncio.TimeoutError,
                OSError,
                ValueError,
            )
            if isinstance(error, expected):
                raise to.unreachable(f"Socket.IO {type(error).__name__}") from None
            raise

    async def frames(self) -> AsyncIterator[str]:
        """收到的每一帧；对象还原成文本。"""
        while (frame := await self._inbox.get()) is not None:
            yield frame

    @property
    def close_code(self) -> int:
        """服务断开记作 1000，握手时回绝记作 1008，线路中断记作 1006。"""
        return self._code

    @property
    def refused(self) -> bool:
        """服务主动断开的。"""
        return self._code in (_BY_SERVER, _DENIED)

    async def send(self, raw: str | bytes) -> None:
        """一帧是一个对象；不成对象的文本与二进制原样发。"""
        try:
            try:
                await self._client.emit(EVENT, _object(raw))
            except RecursionError:
                await self._client.emit(EVENT, raw)
        except self._exceptions.SocketIOError:
            raise WireBroken from None

    async def close(self) -> None:
        """断开；没连上过也要收掉它的会话。

        它断开时要等自己的收帧任务；那个任务若已出错收场，等它就是把错再抛一遍。
        """
        reading = self._client.eio.read_loop_task
        if reading is not None and not reading.done():
            await self._client.disconnect()
        else:
            await self._client.eio.disconnect(abort=True)


async def open_socketio(_: aiohttp.ClientSession, to: Address, badge: Badge) -> Wire:
    """Socket.IO 接法。密钥只看请求头；另附的一把放进地址与 auth，照约定都不作数。"""
    wire = SocketIOWire(to.timeout)
    await wire.connect(to, badge)
    return wire


def _http(url: str) -> tuple[str, str]:
    """Socket.IO 从 http 起步；路径另给。"""
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return parts._replace(scheme=scheme, path="", query="").geturl(), parts.path.strip("/")


def _object(raw: str | bytes) -> Any:
    try:
        value = None if isinstance(raw, bytes) else json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    return value if isinstance(value, dict) else raw


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)
