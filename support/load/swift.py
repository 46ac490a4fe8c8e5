"""快线路：picows 的 WebSocket 客户端，收一帧就是一次普通的函数调用（可选依赖 [fast]）。

职责：握手、发帧、把收到的整帧交出去、断了报关闭码。不做什么：不懂帧的内容、不记账。
没装 picows 时车道退回 aiohttp，慢些，一样准。
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

import picows

from support.client.wires import ABNORMAL, MAX_FRAME, Address, Badge
from support.load.plain import MOST_QUEUED

#: 原生接法用来表示“不放行”的关闭码（约定 §2）。
_REFUSALS = frozenset({1000, 1008})
#: 起始的收缓冲，picows 许可的最小值；缺省的 16 KiB 乘以一万条连接就是 160 MB。
_BUFFER = 2048
#: 不直接给名字：给名字的话它替每条连接另建一个 Logger。
_LOGGER = logging.LoggerAdapter(logging.getLogger(__name__), {})
_LOGGER.logger.addHandler(logging.NullHandler())  # 它的英文不进终端；出的岔子由 close 抛出
_LOGGER.logger.propagate = False
_TEXT, _BINARY = picows.WSMsgType.TEXT, picows.WSMsgType.BINARY
_MORE, _CLOSE = picows.WSMsgType.CONTINUATION, picows.WSMsgType.CLOSE


class SwiftWire(picows.WSListener):  # type: ignore[misc, unused-ignore]
    """一条 picows 连接。`hear` 收到整帧文本；`gone` 在断了之后叫一次；关闭握手最多等 `timeout` 秒。

    一万条连接时每条的对象都要紧，所以只在用得着时才建：压着的帧、分段、等它断的 Future。
    """

    __slots__ = (
        "_code", "_gone", "_hear", "_kind", "_open", "_outbox", "_pieces", "_timeout", "_transport",
    )  # fmt: skip

    def __init__(
        self, hear: Callable[[bytes], None], gone: Callable[[int, bool], None], timeout: float
    ) -> None:
        self._hear, self._gone, self._timeout = hear, gone, timeout
        self._pieces: list[bytes] | None = None
        self._kind, self._code = _TEXT, ABNORMAL
        self._transport: picows.WSTransport | None = None
        self._open = False
        #: 对方读得慢时压着的帧；写得下时为空。
        self._outbox: deque[bytes] | None = None

    @property
    def is_open(self) -> bool:
        """还收得到东西。"""
        return self._open

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        """握手成了。"""
        self._transport, self._open = transport, True

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """整帧文本当即交出去；分段的攒齐再交。"""
        kind = frame.msg_type
        if kind == _TEXT and frame.fin:
            self._hear(frame.get_payload_as_bytes())
        elif kind in (_TEXT, _BINARY, _MORE):
            self._piece(kind, frame)
        elif kind == _CLOSE:
            code = frame.get_close_code()
            self._code = int(getattr(code, "value", code))  # type: ignore[arg-type]
            transport.send_close(picows.WSCloseCode.OK)
            transport.disconnect()

    def _piece(self, kind: picows.WSMsgType, frame: picows.WSFrame) -> None:
        if kind != _MORE or self._pieces is None:
            self._kind, self._pieces = kind, []
        self._pieces.append(frame.get_payload_as_bytes())
        if frame.fin:
            whole, self._pieces = b"".join(self._pieces), None
            if self._kind == _TEXT:
                self._hear(whole)

    def pause_writing(self) -> None:
        """对方读得慢：先压在手里。"""
        self._outbox = deque()

    def resume_writing(self) -> None:
        """又写得下了：压着的照次序发，再写不下就接着压。"""
        held, self._outbox = self._outbox or deque(), None
        while held and self._outbox is None:
            self._write(held.popleft())
        if self._outbox is not None:
            self._outbox.extendleft(reversed(held))

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        """断了，不论谁先。"""
        self._open = False
        self._gone(self._code, self._code in _REFUSALS)

    def send(self, frame: bytes) -> bool:
        """交出一帧文本；断了、压得太多返回假。"""
        if self._transport is None or not self._open:
            return False
        if self._outbox is None:
            self._transport.send(_TEXT, frame)
        elif len(self._outbox) < MOST_QUEUED:
            self._outbox.append(frame)
        else:
            return False
        return True

    def _write(self, frame: bytes) -> None:
        if self._transport is not None and self._open:
            self._transport.send(_TEXT, frame)

    async def close(self) -> None:
        """关闭握手；对方不应答就径直断开。`hear` 出过岔子（例如盘满了）在这里抛出。"""
        transport = self._transport
        if transport is None:
            return
        with contextlib.suppress(ConnectionError):
            transport.send_close(picows.WSCloseCode.OK)
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError, picows.WSError):
            await asyncio.wait_for(transport.wait_disconnected(), self._timeout)
        transport.disconnect(graceful=False)


async def open_swift(
    to: Address, badge: Badge, hear: Callable[[bytes], None], gone: Callable[[int, bool], None]
) -> SwiftWire:
    """原生接法：密钥放在请求头里。连不上抛 TargetUnreachable。"""
    try:
        _, wire = await asyncio.wait_for(
            picows.ws_connect(
                lambda: SwiftWire(hear, gone, to.timeout),
                to.url,
                extra_headers={"x-apikey": badge.key, "x-platform": badge.platform},
                websocket_handshake_timeout=to.timeout,
                enable_auto_ping=True,
                auto_ping_idle_timeout=to.ping,
                auto_ping_reply_timeout=to.ping / 2,
                max_frame_size=MAX_FRAME,
                read_buffer_init_size=_BUFFER,
                logger_name=_LOGGER,
            ),
            to.timeout,
        )
    except (picows.WSError, asyncio.TimeoutError, OSError) as error:
        raise to.unreachable(type(error).__name__) from None
    assert isinstance(wire, SwiftWire)
    return wire
