"""消息面的另一种接法：Socket.IO，事件 ``message``，路径 ``/ws``。

职责：把 Socket.IO 的连接与事件换成消息面认得的连接与帧；放行、收帧、送达都是 `messages` 的。
不做什么：不认识信封。密钥与平台只看请求头；地址与 auth 里另附的都不读。

不放行：先连上，再由服务断开。说完整帧以外的东西：文本不理会，二进制断开。
本模块要 python-socketio，只在点名 ``--transport socketio`` 时引入。
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from weakref import WeakValueDictionary

from aiohttp import web

from support.reference.connections import Connection
from support.reference.envelope import http_errors
from support.reference.messages import FRAME_LIMIT, MessagePlane
from support.reference.options import StartupError

try:
    import socketio
except ImportError as error:
    raise StartupError(
        "--transport socketio 要有 python-socketio："
        'python -m pip install "maibot-tenancy-spec[socketio]"'
    ) from error

EVENT, PATH = "message", "ws"
PING_SECONDS = 20
#: 正在服务的请求底下的 WebSocket。
_CURRENT: ContextVar[web.WebSocketResponse | None] = ContextVar("websocket", default=None)
log = logging.getLogger("reference.socketio")
# 它把每一帧的内容写进 INFO 日志；话与密钥不该出现在那里。
log.setLevel(logging.ERROR)


#: 一条 Socket.IO 连接底下的 WebSocket；还在轮询就没有。
Line = Callable[[], "web.WebSocketResponse | None"]


class SocketIOSocket:
    """一条 Socket.IO 连接，样子像 WebSocket。"""

    def __init__(self, server: Any, sid: str, line: Line) -> None:
        self._server, self._sid, self._line = server, sid, line
        self.gone = False

    @property
    def closed(self) -> bool:
        """断了没有；底下的 WebSocket 一断就算，不等 Socket.IO 慢慢发觉。"""
        socket = self._line()
        return self.gone or (socket is not None and socket.closed)

    async def send_str(self, data: str) -> None:
        """送出一帧；线上是对象，不是文本。"""
        if self.closed:
            raise ConnectionError("已经断了")
        await self._server.emit(EVENT, json.loads(data), to=self._sid)

    async def close(self, *, code: int = 1000) -> None:
        """1000 是明说断开；别的（停机、出错）只是线路没了，对方不该当作拒绝。"""
        if self.closed:
            return
        self.gone = True
        socket = self._line()
        if code == 1000:
            await self._server.disconnect(self._sid)
        elif socket is not None:
            await socket.close(code=code)


class SocketIOPlane:
    """Socket.IO 的门面；`messages` 是同一台服务的消息面。"""

    def __init__(self, messages: MessagePlane) -> None:
        self._messages = messages
        self._open: dict[str, tuple[SocketIOSocket, Connection]] = {}
        self._server = socketio.AsyncServer(
            async_mode="aiohttp",
            async_handlers=False,  # 一条连接上的话按次序处理
            always_connect=True,  # 先连上，不放行的再断开
            max_http_buffer_size=FRAME_LIMIT,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            logger=log,
            engineio_logger=log,
        )
        self._upgraded: WeakValueDictionary[str, web.WebSocketResponse] = WeakValueDictionary()
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.on(EVENT, self._hear)

    def app(self) -> web.Application:
        """只有 Socket.IO 一条路；原生 WebSocket 在这里得到 404。"""
        app = web.Application(middlewares=[http_errors])
        self._server.attach(app, socketio_path=PATH)
        app.on_response_prepare.append(self._remember)
        app.on_cleanup.append(self._shut_down)
        return app

    async def _shut_down(self, _: web.Application) -> None:
        await self._server.shutdown()

    async def _remember(self, request: web.Request, response: web.StreamResponse) -> None:
        """记下每条 WebSocket：直接连上的在这个任务里，由轮询升级来的凭会话编号找。"""
        if isinstance(response, web.WebSocketResponse):
            _CURRENT.set(response)
            if "sid" in request.query:
                self._upgraded[request.query["sid"]] = response

    def _line(self, sid: str) -> Line:
        direct = _CURRENT.get()
        session = str(self._server.manager.eio_sid_from_sid(sid, "/"))
        return lambda: self._upgraded.get(session) if direct is None else direct

    async def _connect(self, sid: str, environ: dict[str, Any], _: Any = None) -> bool:
        request: web.Request = environ["aiohttp.request"]
        socket = SocketIOSocket(self._server, sid, self._line(sid))
        bare = request.clone(rel_url=request.rel_url.with_query(None))
        connection = self._messages.admit(bare, socket)
        if connection is None:
            return False
        self._open[sid] = socket, connection
        self._messages.enter(connection)
        return True

    async def _disconnect(self, sid: str, _: str = "") -> None:
        known = self._open.pop(sid, None)
        if known is not None:
            socket, connection = known
            socket.gone = True
            self._messages.leave(connection)

    async def _hear(self, sid: str, data: Any = None, *more: Any) -> None:
        if sid not in self._open:
            return
        _, connection = self._open[sid]
        if isinstance(data, bytes):
            await connection.close(1000)
            return
        raw = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        try:
            await self._messages.hear(connection, raw)
        except Exception:
            log.exception("一条连接出了意外，只关它自己")
            await connection.close(1011)
