"""消息面：原生 WebSocket，``/ws``；Socket.IO 从 `socketio_plane` 进来，走同一套放行与收帧。

职责：凭密钥放行、收帧、先落盘后确认、交给调度。
不做什么：不作答、不送回复。身份与平台只取自连接（查询参数优先于请求头），帧里自称的都不作数。

不放行：先 101 再关闭 1000，没有帧。没给平台的连接同样不放行。
每收一句都重新查密钥；不能用了就关闭 1000，不处理也不确认。
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

from aiohttp import WSMsgType, web

from support.reference import ids
from support.reference.access import Access
from support.reference.connections import Connection, Connections, Socket
from support.reference.courier import Courier
from support.reference.envelope import http_errors
from support.reference.frames import Frame, ack_frame, read_frame
from support.reference.intake import Intake
from support.reference.outbox import Destination
from support.reference.scheduler import Scheduler
from support.reference.turnstile import Turnstile

FRAME_LIMIT = 100 * 1024 * 1024
CLOSE_SECONDS = 0.5
log = logging.getLogger("reference.messages")


class MessagePlane:
    """消息面的 HTTP 应用与收帧。"""

    def __init__(
        self,
        *,
        access: Access,
        intake: Intake,
        connections: Connections,
        courier: Courier,
        scheduler: Scheduler,
        clock: Callable[[], float],
    ) -> None:
        self._access, self._intake, self._connections = access, intake, connections
        self._courier, self._scheduler, self._clock = courier, scheduler, clock
        self._turnstile = Turnstile()

    def app(self) -> web.Application:
        """只有一条路：``/ws``。"""
        app = web.Application(middlewares=[http_errors])
        app.router.add_get("/ws", self.connect, allow_head=False)
        return app

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """一条连接的一生。"""
        socket = web.WebSocketResponse(
            max_msg_size=FRAME_LIMIT, compress=False, timeout=CLOSE_SECONDS
        )
        await socket.prepare(request)
        connection = self.admit(request, socket)
        if connection is None:
            await socket.close(code=1000)
            return socket
        self.enter(connection)
        try:
            await self._listen(connection, socket)
        except Exception:
            log.exception("一条连接出了意外，只关它自己")
            await connection.close(1011)
        finally:
            self.leave(connection)
        return socket

    def enter(self, connection: Connection) -> None:
        """放行了的连接进门：登记，送它不在时攒下的回复。"""
        self._connections.add(connection)
        self._courier.wake(Destination(connection.identity.key_id, connection.platform))

    def leave(self, connection: Connection) -> None:
        """连接断了。"""
        self._connections.remove(connection)

    async def hear(self, connection: Connection, raw: str) -> None:
        """一条连接发来一帧。"""
        await self._receive(connection, raw)

    def admit(self, request: web.Request, socket: Socket) -> Connection | None:
        """凭密钥与平台放行；不放行返回 None。"""
        identity = self._access.identify(_claimed(request, "api_key", "x-apikey"))
        platform = _claimed(request, "platform", "x-platform")
        if identity is None or not platform or not ids.is_text(platform):
            return None
        return Connection(socket, request.transport, identity, platform)

    async def _listen(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                await connection.close(1000)
                return
            await self.hear(connection, message.data)

    async def _receive(self, connection: Connection, raw: str) -> None:
        """收一帧：等轮到、查密钥、落盘、交给调度、确认。"""
        await self._turnstile.enter(connection.identity.tenant_id)
        if connection.revoked or self._access.still(connection.identity.key_id) is None:
            await connection.close(1000)
            return
        frame = read_frame(raw)
        if frame is None:
            return
        if not self._keep(connection, frame):
            return
        if frame.msg_id:
            await connection.send(ack_frame(connection.uuid, frame.msg_id, self._clock()))

    def _keep(self, connection: Connection, frame: Frame) -> bool:
        """落盘并交给调度；没能落盘就返回 False，不确认，由对方重发。"""
        try:
            taken = self._intake.take(connection.identity, connection.platform, frame)
        except sqlite3.Error as error:
            log.error("一句话没能写进数据库：%s", type(error).__name__)
            return False
        if taken is not None:
            self._scheduler.submit(*taken)
        return True


def _claimed(request: web.Request, query: str, header: str) -> str:
    """连接自报的值：查询参数优先于请求头。"""
    if query in request.query:
        return request.query[query]
    return request.headers.get(header, "")
