"""开着的连接：登记、挑选收件连接、吊销。

职责：连接编号由服务造；密钥一旦不能用（停用、删除、过期、租户或智能体停用），
连接即刻失效并关闭 1000。
不做什么：不读帧、不排队。客户端自报的 x-uuid 不读。
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from support.reference import ids
from support.reference.access import Access, Identity
from support.reference.outbox import Destination

WRITE_SECONDS = 10.0


class Socket(Protocol):
    """一条连接收发的那一头；aiohttp 的 WebSocket 就是这个样子。"""

    @property
    def closed(self) -> bool:
        """断了没有。"""
        ...

    async def send_str(self, data: str) -> None:
        """写一帧；断了抛 ConnectionError。"""
        ...

    async def close(self, *, code: int = 1000) -> Any:
        """关闭。"""
        ...


class Connection:
    """一条放行了的连接；身份与平台从此不变。"""

    def __init__(
        self,
        socket: Socket,
        transport: asyncio.Transport | None,
        identity: Identity,
        platform: str,
    ) -> None:
        self.uuid = ids.new_uuid()
        self.identity, self.platform = identity, platform
        self.revoked = False
        self._broken = False
        self.expiry: asyncio.TimerHandle | None = None
        self._socket, self._transport = socket, transport

    @property
    def is_open(self) -> bool:
        """还能收发。"""
        return not (self.revoked or self._broken or self._socket.closed)

    async def send(self, frame: str) -> bool:
        """写出一帧，返回写成与否；对方久不读取就断开它。"""
        if not self.is_open:
            return False
        too_slow = asyncio.get_running_loop().call_later(WRITE_SECONDS, self._abort)
        try:
            await self._socket.send_str(frame)
        except (ConnectionError, RuntimeError):
            self._broken = True
            return False
        finally:
            too_slow.cancel()
        return True

    async def close(self, code: int) -> None:
        """关闭；对方不应答关闭握手也不久等。"""
        await self._socket.close(code=code)

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Connections:
    """全部开着的连接。"""

    def __init__(self, access: Access, clock: Callable[[], float]) -> None:
        self._access, self._clock = access, clock
        self._open: dict[Destination, list[Connection]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def add(self, connection: Connection) -> None:
        """登记一条放行了的连接，并守着它的到期时刻。"""
        self._open.setdefault(_address(connection), []).append(connection)
        self._watch_expiry(connection, connection.identity)

    def remove(self, connection: Connection) -> None:
        """连接已断。"""
        address = _address(connection)
        peers = self._open.get(address, [])
        if connection in peers:
            peers.remove(connection)
        if not peers:
            self._open.pop(address, None)
        if connection.expiry is not None:
            connection.expiry.cancel()

    def targets(self, to: Destination) -> list[Connection]:
        """一条回复该写到哪些连接：问话的密钥在问话的平台上的每一条。"""
        return [connection for connection in self._open.get(to, ()) if connection.is_open]

    def recheck(self, tenant_id: str) -> None:
        """这个租户的密钥、智能体或状态变了：重新审视它的每条连接。"""
        for connection in self._all():
            if connection.identity.tenant_id == tenant_id:
                self._review(connection)

    async def close_all(self, code: int) -> None:
        """关闭全部连接。"""
        closing = [connection.close(code) for connection in self._all()]
        await asyncio.gather(*closing, *self._closing, return_exceptions=True)

    def _all(self) -> list[Connection]:
        return [connection for peers in self._open.values() for connection in peers]

    def _review(self, connection: Connection) -> None:
        identity = self._access.still(connection.identity.key_id)
        if identity is None:
            self._revoke(connection)
        else:
            self._watch_expiry(connection, identity)

    def _revoke(self, connection: Connection) -> None:
        if connection.revoked:
            return
        connection.revoked = True
        task = asyncio.get_running_loop().create_task(connection.close(1000))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _watch_expiry(self, connection: Connection, identity: Identity) -> None:
        if connection.expiry is not None:
            connection.expiry.cancel()
        if identity.expires_at is not None:
            connection.expiry = asyncio.get_running_loop().call_later(
                max(0.0, identity.expires_at - self._clock()), self._review, connection
            )


def _address(connection: Connection) -> Destination:
    return Destination(connection.identity.key_id, connection.platform)
