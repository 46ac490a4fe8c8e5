"""消息面客户端：一把密钥在一个平台上的一条长连接。

职责：发话、收帧、记账、等回复。不做什么：不判断，不靠请求编号认回复（约定里没有）。
约定见 wire-contract §2：连上不发任何帧；拒绝 = 101 之后立刻关闭 1000；确认只表示收到。
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import aiohttp

from support.canary import find_tokens
from support.errors import TargetUnreachable
from support.ledger import Ledger
from support.model import Kind, Owner, Surface

#: 服务用这些关闭码表示“不放行”；其余关闭都算结果不明。
REFUSAL_CODES = frozenset({1000, 1008})
_MAX_FRAME = 100 * 1024 * 1024


class Fate(str, Enum):
    """一句话的下场。"""

    REPLIED = "得到回复"
    REFUSED = "被拒绝"
    SILENT = "没有回复"
    BROKEN = "连接断了，结果不明"


@dataclass(frozen=True, slots=True)
class Line:
    """要说的一句话。`token` 是它的口令，已写在 `text` 里；`claims` 是塞进帧里的冒名字段。"""

    token: str
    text: str
    owner: Owner
    user_id: str
    nickname: str
    message_id: str
    group_id: str = ""
    group_name: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    #: 放在文字前面的消息段：图片、引用。
    segments: tuple[Mapping[str, Any], ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def chat(self) -> tuple[str, str]:
        """这句话属于哪个聊天流。"""
        return ("group", self.group_id) if self.group_id else ("private", self.user_id)


def flatten(segment: Any) -> str:
    """把消息段（可能是嵌套列表）摊平成文本；引用、图片等也保留其内容供审计扫描。"""
    if isinstance(segment, list):
        return " ".join(filter(None, (flatten(part) for part in segment)))
    if not isinstance(segment, dict):
        return "" if segment is None else str(segment)
    data = segment.get("data")
    if segment.get("type") == "seglist":
        return flatten(data)
    if segment.get("type") == "text":
        return str(data)
    return f"[{segment.get('type')}:{data}]"


class Connection:
    """一条连接。`base` 是它的身份（T+A+P，C 为空）；`timeout` 是握手的秒数。"""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        key: str,
        platform: str,
        base: Owner,
        ledger: Ledger,
        timeout: float,
        ping: float,
        connection_id: str | None = None,
        header_key: str | None = None,
        header_platform: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._session, self._url = session, url
        self._key, self._platform, self.base = key, platform, base
        self._ledger, self._timeout, self._ping = ledger, timeout, ping
        self._headers = {
            "x-apikey": header_key or key,
            "x-platform": header_platform or platform,
        }
        self._query = {"api_key": key} if header_key else {}
        if header_platform:
            self._query["platform"] = platform
        #: 同一智能体同一平台上还有别的连接时，靠它在台账里分清（密钥、设备的叫法）。
        self._labels: dict[str, Any] = dict(labels or {})
        if connection_id:
            self._headers["x-uuid"] = connection_id
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.reader: asyncio.Task[None] | None = None
        self._lines: dict[str, Line] = {}
        self._waiting: dict[str, asyncio.Future[Fate]] = {}
        self._envelopes: dict[str, str] = {}
        self._acks: dict[str, asyncio.Future[None]] = {}
        self._opening = asyncio.Lock()
        self.connection_id = ""

    @property
    def is_open(self) -> bool:
        """连接是否还开着（服务随时可能关掉它）。"""
        return self.reader is not None and not self.reader.done()

    async def open(self) -> None:
        """开着就不动，没开（或断过）就建立；断线时结果不明的话重新等它的回复。

        许多用户共用这一条连接、同时开口，所以要加锁：多开一条，每条回复就会来两份。
        """
        async with self._opening:
            if self.is_open:
                return
            socket = await self._handshake()
            self._ledger.add(Kind.OPENED, by=self.base, **self._labels)
            for token, waiting in self._waiting.items():
                if waiting.done() and waiting.result() is Fate.BROKEN:
                    self._waiting[token] = asyncio.get_running_loop().create_future()
            self._socket, self.reader = socket, asyncio.create_task(self._read(socket))

    async def _handshake(self) -> aiohttp.ClientWebSocketResponse:
        """密钥放在请求头里，免得出现在任何报错的地址中；密钥或平台亮出两样时，为准的写在地址里。"""
        handshake = self._session.ws_connect(
            self._url,
            headers=self._headers,
            params=self._query,
            heartbeat=self._ping,
            max_msg_size=_MAX_FRAME,
        )
        try:
            socket: aiohttp.ClientWebSocketResponse
            socket = await asyncio.wait_for(_awaited(handshake), self._timeout)
            return socket
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise TargetUnreachable(
                f"消息面连不上：{self._url}（{type(error).__name__}）。"
                "请确认服务在运行、地址与路径正确。"
            ) from None

    async def say(self, line: Line, *, resend: bool = False) -> None:
        """发出一句话并记账；发送失败记为“结果不明”，不抛异常。"""
        frame = self.frame(line)
        if not resend:
            self._lines[line.token] = line
            self._waiting[line.token] = asyncio.get_running_loop().create_future()
            self._acks[line.token] = asyncio.get_running_loop().create_future()
        self._envelopes[line.message_id] = line.token
        notes = {**line.notes, **self._labels}
        self._ledger.add(
            Kind.SAID, by=line.owner, token=line.token, text=line.text, resend=resend, **notes
        )
        if not self.is_open or self._socket is None:
            self._settle_closed(line.token, 1006)
            return
        try:
            await self._socket.send_str(frame)
        except (ConnectionError, aiohttp.ClientError, RuntimeError):
            if self.reader is not None:
                await asyncio.wait([self.reader], timeout=self._timeout)

    async def throw(self, raw: str | bytes) -> None:
        """发出一帧不成话的东西；连接没开就先开，对方中途关掉也不算错。"""
        await self.open()
        assert self._socket is not None
        assert self.reader is not None
        try:
            if isinstance(raw, bytes):
                await self._socket.send_bytes(raw)
            else:
                await self._socket.send_str(raw)
        except (ConnectionError, aiohttp.ClientError, RuntimeError):
            await asyncio.wait([self.reader], timeout=self._timeout)

    def frame(self, line: Line) -> str:
        """一句话在线上的样子。"""
        return json.dumps(self._frame(line), ensure_ascii=False)

    def _frame(self, line: Line) -> dict[str, Any]:
        user = {
            "platform": line.claims.get("platform", self._platform),
            "user_id": line.user_id,
            "user_nickname": line.nickname,
            "user_cardname": line.nickname,
        }
        sender: dict[str, Any] = {"user_info": user}
        if line.group_id:
            sender["group_info"] = {
                "platform": self._platform,
                "group_id": line.group_id,
                "group_name": line.group_name,
            }
        now, platform = time.time(), line.claims.get("platform", self._platform)
        info = {
            "platform": platform,
            "message_id": line.message_id,
            "time": now,
            "sender_info": sender,
        }
        if "additional_config" in line.claims:
            info["additional_config"] = line.claims["additional_config"]
        dim = {"api_key": self._key, "platform": platform}
        meta = {"sender_user": self._key, "platform": platform, "timestamp": now}
        return {
            "ver": 1,
            "msg_id": line.message_id,
            "type": "sys_std",
            "meta": {**meta, **line.claims.get("meta", {})},
            "payload": {
                "message_info": info,
                "message_segment": _segment(line),
                "message_dim": {**dim, **line.claims.get("message_dim", {})},
            },
        }

    async def acked(self, tokens: Iterable[str], *, patience: float) -> bool:
        """等这些话都被服务确认，最多 `patience` 秒；没等齐返回假。"""
        waiting = [self._acks[token] for token in tokens]
        _, missing = await asyncio.wait(waiting, timeout=patience)
        return not missing

    async def fate(self, token: str, *, patience: float) -> Fate:
        """等这句话的下场，最多 `patience` 秒；没等到就是“没有回复”。"""
        waiting = self._waiting[token]
        done, _ = await asyncio.wait([waiting], timeout=patience)
        return waiting.result() if done else Fate.SILENT

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._receive(message.data)
        code = socket.close_code or 1006
        self._ledger.add(Kind.CLOSED, by=self.base, code=code)
        for token in list(self._waiting):
            self._settle_closed(token, code)

    def _settle_closed(self, token: str, code: int) -> None:
        waiting = self._waiting[token]
        if waiting.done():
            return
        owner = self._lines[token].owner
        if code in REFUSAL_CODES:
            self._ledger.add(Kind.REFUSED, by=owner, token=token, code=code)
            waiting.set_result(Fate.REFUSED)
        else:
            self._ledger.add(Kind.FAILED, by=owner, token=token, reason=f"连接关闭 {code}")
            waiting.set_result(Fate.BROKEN)

    def _receive(self, raw: str) -> None:
        try:
            frame = _table(json.loads(raw))
        except ValueError:
            frame = {}
        meta, payload = _table(frame.get("meta")), _table(frame.get("payload"))
        if frame.get("type") == "sys_ack" and meta:
            self.connection_id = str(meta.get("uuid", ""))
            token = self._envelopes.get(str(meta.get("acked_msg_id")), "")
            self._ledger.add(Kind.ACKED, by=self.base, token=token)
            if token in self._acks and not self._acks[token].done():
                self._acks[token].set_result(None)
        elif frame.get("type") == "sys_std" and payload:
            self._hear(payload)
        else:
            # 不合约定的帧也照记：越界审计要看得见它的全文。
            self._ledger.add(Kind.HEARD, by=self.base, surface=Surface.REPLY, text=raw, odd=True)

    def _hear(self, payload: Mapping[str, Any]) -> None:
        info = payload.get("message_info")
        text = flatten(payload.get("message_segment")) or json.dumps(payload, ensure_ascii=False)
        chat = _chat_of(_table(info))
        token = self._answered(text, chat)
        owner = replace(self.base, chat=":".join(chat) if chat else "")
        self._ledger.add(
            Kind.HEARD, by=owner, token=token, surface=Surface.REPLY, text=text, **self._labels
        )
        waiting = self._waiting.get(token)
        if waiting is not None and not waiting.done():
            waiting.set_result(Fate.REPLIED)

    def _answered(self, text: str, chat: tuple[str, str] | None) -> str:
        """这条回复答的是哪句话：先看开头的口令，没有口令就取同一聊天流里最早还没答的。

        都答过了还来一条，就是最后那句的重复。
        """
        tokens = find_tokens(text)
        if tokens:
            return tokens[0] if tokens[0] in self._lines else ""
        here = [token for token, line in self._lines.items() if chat in (None, line.chat)]
        waiting = (token for token in here if not self._waiting[token].done())
        return next(waiting, here[-1] if here else "")

    async def close(self) -> None:
        """客户端主动断开；还没等到下场的话保持“没有回复”。"""
        if self.reader is not None:
            self.reader.cancel()
            await asyncio.wait([self.reader])
            self.reader = None
        if self._socket is not None:
            await self._socket.close()
            self._ledger.add(Kind.CLOSED, by=self.base, code=1000, by_us=True)
            self._socket = None


def _segment(line: Line) -> dict[str, Any]:
    """正文；前面还有图片或引用时是一串消息段。"""
    text = {"type": "text", "data": line.text}
    return {"type": "seglist", "data": [*line.segments, text]} if line.segments else text


def _table(value: Any) -> dict[str, Any]:
    """对方给的是对象就原样用，不是就当作空的。"""
    return value if isinstance(value, dict) else {}


def _chat_of(info: Mapping[str, Any]) -> tuple[str, str] | None:
    """回复发往哪个聊天流；群里以群为准（收信人未必是提问的人）。"""
    receiver = _table(info.get("receiver_info")) or _table(info.get("sender_info"))
    group, user = _table(receiver.get("group_info")), _table(receiver.get("user_info"))
    if group.get("group_id"):
        return ("group", str(group["group_id"]))
    return ("private", str(user["user_id"])) if user.get("user_id") else None


async def _awaited(work: Awaitable[Any]) -> Any:
    """把只能 await 的东西包成协程，好交给 wait_for。"""
    return await work
