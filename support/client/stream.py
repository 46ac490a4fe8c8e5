"""消息面客户端：一把密钥在一个平台上的一条长连接。

职责：发话、记账、把收到的帧对上话、等回复。
不做什么：不判断，不靠请求编号认回复（约定里没有），不懂线路与帧的写法（wires、dialects）。
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

import aiohttp

from support.canary import find_tokens
from support.client.dialects import Ack, Reply
from support.client.lasting import lasting
from support.client.lines import Line
from support.client.transports import TRANSPORTS
from support.client.wires import ABNORMAL, Address, Badge, Wire, WireBroken
from support.ledger import Ledger
from support.model import Kind, Owner, Surface


class Fate(str, Enum):
    """一句话的下场。"""

    REPLIED = "得到回复"
    REFUSED = "被拒绝"
    SILENT = "没有回复"
    BROKEN = "连接断了，结果不明"


#: 动静不断的连接上，一句话最多等耐心的多少倍。
_LONGEST = 10
#: 场景加在编号前面的那一段的样子。
_SALTED = re.compile(r"[0-9a-f]{6}-")


class Connection:
    """一条连接。`base` 是它的身份（T+A+P，C 为空）；`transport` 是接法的名字。

    `timeout` 是握手的秒数；`header_key` 是另外附上、照约定不作数的密钥，`header_platform` 同理。
    """

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
        transport: str = "native",
        connection_id: str | None = None,
        header_key: str | None = None,
        header_platform: str | None = None,
        salt: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._session, self._transport = session, TRANSPORTS[transport]
        self._dialect = self._transport.dialect
        self._address = Address(url, timeout, ping)
        self._badge = Badge(
            key, platform, connection_id or "", header_key or "", header_platform or ""
        )
        self.base, self._ledger, self._timeout = base, ledger, timeout
        #: 同一智能体同一平台上还有别的连接时，靠它在台账里分清（密钥、设备的叫法）。
        self._salt, self.stragglers = salt, 0
        self._labels: dict[str, Any] = dict(labels or {})
        self._wire: Wire | None = None
        #: 我们自己正在断开：读到头不是对方关的。
        self._leaving = False
        self.reader: asyncio.Task[None] | None = None
        self._lines: dict[str, Line] = {}
        self._waiting: dict[str, asyncio.Future[Fate]] = {}
        self._envelopes: dict[str, str] = {}
        self._acks: dict[str, asyncio.Future[None]] = {}
        self._opening = asyncio.Lock()
        #: 最近一次收到帧的时刻。
        self._stirred = 0.0
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
            with lasting():
                wire = await self._transport.open(self._session, self._address, self._badge)
                reader = asyncio.create_task(self._read(wire))
            self._ledger.add(Kind.OPENED, by=self.base, **self._labels)
            for token, waiting in self._waiting.items():
                if waiting.done() and waiting.result() is Fate.BROKEN:
                    self._waiting[token] = asyncio.get_running_loop().create_future()
            self._wire, self.reader = wire, reader

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
        if not self.is_open:
            self._settle_closed(line.token, ABNORMAL, refused=False)
            return
        await self._send(frame)

    async def throw(self, raw: str | bytes) -> None:
        """发出一帧不成话的东西；连接没开就先开，对方中途关掉也不算错。"""
        await self.open()
        await self._send(raw)

    async def _send(self, raw: str | bytes) -> None:
        """发一帧；线路断了就等收的一头弄清断因。"""
        assert self._wire is not None
        assert self.reader is not None
        try:
            await self._wire.send(raw)
        except WireBroken:
            await asyncio.wait([self.reader], timeout=self._timeout)

    def frame(self, line: Line) -> str:
        """一句话在线上的样子。"""
        frame = self._dialect.frame(line, key=self._badge.key, platform=self._badge.platform)
        return json.dumps(frame, ensure_ascii=False)

    async def acked(self, tokens: Iterable[str], *, patience: float) -> bool:
        """等这些话都被服务确认；没等齐、或这种接法不确认，返回假。耐心同 :meth:`fate`。"""
        if not self._dialect.acks:
            return False
        return await self._wait([self._acks[token] for token in tokens], patience)

    def is_settled(self, token: str) -> bool:
        """这句话有没有下场了。"""
        return self._waiting[token].done()

    async def fate(self, token: str, *, patience: float) -> Fate:
        """等这句话的下场；连接上 `patience` 秒一点动静也没有，就是“没有回复”。

        数的是静了多久，不是等了多久：机器慢，一帧一帧也还在来，晚来的就不会被当成丢了。
        """
        waiting = self._waiting[token]
        return waiting.result() if await self._wait([waiting], patience) else Fate.SILENT

    async def _wait(self, awaited: Sequence[asyncio.Future[Any]], patience: float) -> bool:
        """等齐了没有；动静不断也只等到耐心的 `_LONGEST` 倍。"""
        clock = asyncio.get_running_loop().time
        began = clock()
        until = began + patience
        pending: set[asyncio.Future[Any]] = set(awaited)
        while pending and (left := until - clock()) > 0:
            _, pending = await asyncio.wait(pending, timeout=left)
            until = min(max(until, self._stirred + patience), began + _LONGEST * patience)
        return all(one.done() for one in awaited)

    async def _read(self, wire: Wire) -> None:
        async for frame in wire.frames():
            self._receive(frame)
        if self._leaving:
            return
        code, refused = wire.close_code, wire.refused
        self._ledger.add(Kind.CLOSED, by=self.base, code=code)
        for token in list(self._waiting):
            self._settle_closed(token, code, refused=refused)

    def _settle_closed(self, token: str, code: int, *, refused: bool) -> None:
        waiting = self._waiting[token]
        if waiting.done():
            return
        owner = self._lines[token].owner
        if refused:
            self._ledger.add(Kind.REFUSED, by=owner, token=token, code=code)
            waiting.set_result(Fate.REFUSED)
        else:
            self._ledger.add(Kind.FAILED, by=owner, token=token, reason=f"连接关闭 {code}")
            waiting.set_result(Fate.BROKEN)

    def _receive(self, raw: str) -> None:
        self._stirred = asyncio.get_running_loop().time()
        frame = self._dialect.read(raw)
        if isinstance(frame, Ack):
            self._acknowledge(frame)
        elif isinstance(frame, Reply):
            self._hear(frame)
        else:
            # 不合约定的帧也照记：越界审计要看得见它的全文。
            self._ledger.add(Kind.HEARD, by=self.base, surface=Surface.REPLY, text=raw, odd=True)

    def _acknowledge(self, ack: Ack) -> None:
        self.connection_id = ack.connection_id
        token = self._envelopes.get(ack.message_id, "")
        self._ledger.add(Kind.ACKED, by=self.base, token=token)
        if token in self._acks and not self._acks[token].done():
            self._acks[token].set_result(None)

    def _hear(self, reply: Reply) -> None:
        if self._salt and _from_elsewhere(reply.chat, self._salt):
            # 同一把密钥上一场扮演别家时问的，迟到了：不是这一场里谁看见了谁。
            self.stragglers += 1
            return
        token = self._answered(reply.text, reply.chat)
        owner = replace(self.base, chat=":".join(reply.chat) if reply.chat else "")
        self._ledger.add(
            Kind.HEARD, by=owner, token=token, surface=Surface.REPLY, text=reply.text,
            **self._labels,
        )  # fmt: skip
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
        """客户端主动断开；还没等到下场的话保持“没有回复”。

        先走完关闭握手、再收掉读的任务：先取消读，aiohttp 就不等对方的关闭帧，
        返回时服务可能还当我们在线，把回复写进一条没人读的连接。
        """
        self._leaving = True
        try:
            if self._wire is not None:
                await self._wire.close()
                self._ledger.add(Kind.CLOSED, by=self.base, code=1000, by_us=True)
                self._wire = None
        finally:
            if self.reader is not None:
                self.reader.cancel()
                await asyncio.wait([self.reader])
                self.reader = None
            self._leaving = False


def _from_elsewhere(chat: tuple[str, str] | None, salt: str) -> bool:
    """聊天的编号带着别的场景的那一段。没带的不算：部署可能把自己的账号写在那里。"""
    number = chat[1] if chat else ""
    return bool(_SALTED.match(number)) and not number.startswith(salt)
