"""吵闹的邻居：一家租户凭自己的密钥闹，与安静的各家只共用那台服务。

职责：闹起来、闹下去、停下，数清服务收下了几下。不做什么：不碰别家、不判断后果。
四种闹法：刷屏、反复连线、超长的话、大模型卡住。每一种手里没答完的都有数，停下时等它们有了下场。
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import aiohttp

from support.canary import Numbering, find_raw
from support.client.provider import Provider
from support.client.transports import TRANSPORTS
from support.errors import SuiteError, TargetUnreachable
from support.load.crowd import Resident, Voice, gather
from support.load.evidence import Evidence
from support.load.lane import Door, Lane

KINDS = {
    "messages": "刷屏",
    "connections": "反复连线",
    "huge": "超长的话",
    "hanging": "大模型卡住",
}
_ACK = b"sys_ack"
#: 刷屏时手里压着几句；一次连几条线；卡住时压着几句。
_FLOOD, _CONNECTIONS, _STUCK = 50, 50, 20
#: 每种闹法同一时刻至多压着多少句或多少条连接。
AT_ONCE = {"messages": _FLOOD, "connections": _CONNECTIONS, "huge": 1, "hanging": _STUCK}
#: 同时握手的连接：再多，先忙不过来的是我们自己。
_HANDSHAKES = 20
#: 一句超长的话多出的字数（约 1 MB），放在不进提示词的附言里。
_HUGE = 350_000
#: 它的句号从这里起，与安静各家的不相撞。
_FIRST_LINE = 1 << 29


@dataclass(slots=True)
class Tally:
    """一段里闹了几下、服务收下了几下；`needed` 是收下多少才算闹起来。"""

    acts: int = 0
    accepted: int = 0
    needed: int = 1


class Aggressor:
    """一位邻居。`talk` 是安静各家一段里大约说几句：刷屏要盖得过它才算闹。"""

    def __init__(
        self,
        kind: str,
        resident: Resident,
        door: Door,
        nonce: int,
        evidence: Evidence,
        *,
        patience: float,
        run: str,
        talk: int,
    ) -> None:
        self._kind, self._resident, self._door = kind, resident, door
        self._patience, self._talk, self._evidence = patience, talk, evidence
        self._numbering = Numbering(nonce)
        self._own = self._numbering.prefix(resident.tenant)
        claims = {"additional_config": {"note": "吵" * _HUGE}} if kind == "huge" else {}
        self._voices: list[Voice] = gather(
            [replace(resident, weight=1.0, group="")],
            _STUCK if kind == "hanging" else 10,
            TRANSPORTS[door.transport].dialect,
            run=f"{run}-loud",
            seed=0,
            claims=claims,
        )
        self._lines = itertools.count(_FIRST_LINE)
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._unseen: set[int] = set()
        self._over = asyncio.Event()
        self._noise: list[asyncio.Task[None]] = []
        self._lane: Lane | None = None
        self._rule = ""
        self.tally = Tally()

    async def begin(self, session: aiohttp.ClientSession, provider: Provider) -> None:
        """闹起来：返回时服务已经收下了头一下，或者等满了耐心也没有收下。"""
        self._over, self.tally, self._rule = asyncio.Event(), Tally(), ""
        self._lane = Lane(0, self._door, self._hear, self._gone)
        await self._lane.open(session)
        starts: dict[str, Callable[[], Awaitable[None]]] = {
            "messages": lambda: self._flood(_FLOOD, self._talk),
            "huge": lambda: self._flood(1, 1),
            "connections": lambda: self._reconnect(session),
            "hanging": lambda: self._hang(provider),
        }
        await starts[self._kind]()

    async def end(self, provider: Provider) -> Tally:
        """停下，等手里的话有了下场；给出这一段的数。"""
        self._over.set()
        if self._rule:
            # 卡着的到这时还卡着才算数：中途被服务放弃了的，后半段就没有压力。
            still = await provider.held(self._rule, count=1, patience=0.0)
            self.tally.accepted = self.tally.accepted if still else 0
            await provider.release(self._rule, patience=self._patience)
            self._rule = ""
        if self._noise:
            _, late = await asyncio.wait(self._noise, timeout=self._patience)
            for task in late:
                task.cancel()
        waiting = list(self._waiting.values())
        if waiting:
            await asyncio.wait(waiting, timeout=self._patience)
        await self.close()
        return self.tally

    async def close(self) -> None:
        """撂下一切；半路被打断时也要叫。"""
        self._over.set()
        for task in self._noise:
            task.cancel()
        await asyncio.gather(*self._noise, return_exceptions=True)
        self._noise.clear()
        self._waiting.clear()
        self._unseen.clear()
        if self._lane is not None:
            await self._lane.close()
            self._lane = None

    # ---- 各种闹法 ---------------------------------------------------------------

    async def _flood(self, most: int, needed: int) -> None:
        """手里始终压着 `most` 句没答完的。"""
        self.tally.needed = needed
        said = [self._say() for _ in range(most)]
        self._noise = [asyncio.create_task(self._chatter(one)) for one in said]
        await asyncio.wait(said, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)

    async def _chatter(self, said: asyncio.Future[None]) -> None:
        while True:
            await asyncio.wait([said], timeout=self._patience)
            if self._over.is_set() or self._lane is None or not self._lane.is_open:
                return
            said = self._say()

    async def _hang(self, provider: Provider) -> None:
        """先按住自家的模型调用，再说一批话；等到有一次调用停在闸前。"""
        self._rule = await provider.script("hold", key=self._resident.provider_key)
        for _ in range(_STUCK):
            self._say()
        held = await provider.held(self._rule, count=1, patience=self._patience)
        self.tally.accepted = 1 if held else 0

    async def _reconnect(self, session: aiohttp.ClientSession) -> None:
        self.tally.needed = _CONNECTIONS
        first = asyncio.Event()
        self._noise = [asyncio.create_task(self._waves(session, first))]
        accepted = asyncio.create_task(first.wait())
        await asyncio.wait(
            [accepted, *self._noise],
            timeout=self._patience,
            return_when=asyncio.FIRST_COMPLETED,
        )
        accepted.cancel()

    async def _waves(self, session: aiohttp.ClientSession, first: asyncio.Event) -> None:
        """一波接一波：连上一批，再一齐断开。"""
        gate = asyncio.Semaphore(_HANDSHAKES)
        while not self._over.is_set():
            crowd = [Lane(1, self._door, self._hear, _ignore) for _ in range(_CONNECTIONS)]
            try:
                await asyncio.gather(*(self._enter(gate, lane, session, first) for lane in crowd))
            finally:
                await asyncio.gather(*(lane.close() for lane in crowd))

    async def _enter(
        self,
        gate: asyncio.Semaphore,
        lane: Lane,
        session: aiohttp.ClientSession,
        first: asyncio.Event,
    ) -> None:
        async with gate:
            self.tally.acts += 1
            try:
                await lane.open(session)
            except TargetUnreachable:
                return
            self.tally.accepted += 1
            first.set()

    # ---- 说与听 -----------------------------------------------------------------

    def _say(self) -> asyncio.Future[None]:
        line = next(self._lines)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[line] = done
        self._unseen.add(line)
        if self._kind != "connections":
            self.tally.acts += 1
        voice = self._voices[line % len(self._voices)]
        token = self._numbering.token(self._resident.tenant, line).encode()
        frame = voice.frame(token, line, time.time())
        assert self._lane is not None, "先闹起来才有话说"
        if not self._lane.send(frame):
            self._settle(line)
        return done

    def _hear(self, lane: int, frame: bytes) -> None:
        own = (token for token in find_raw(frame) if token.startswith(self._own))
        found = next(own, None)
        is_ack = _ACK in frame
        if not is_ack:
            self._evidence.keep(self._resident.tenant, frame)
        if found is None:
            return
        line = self._numbering.line(found)
        if line in self._unseen:
            self._unseen.discard(line)
            if self._kind in ("messages", "huge"):
                self.tally.accepted += 1
        if not is_ack:
            self._settle(line)

    def _settle(self, line: int) -> None:
        done = self._waiting.pop(line, None)
        if done is not None and not done.done():
            done.set_result(None)

    def _gone(self, lane: int, code: int, refused: bool) -> None:
        """服务断了它的线：手里的话都有了下场，这一段不再闹得出话。"""
        for line in list(self._waiting):
            self._settle(line)


def _ignore(lane: int, code: int, refused: bool) -> None:
    """闹着玩的连线断了就断了。"""


def require_kind(kind: str, capabilities: tuple[str, ...]) -> None:
    """要按住大模型，观察站得看得见这个目标的调用。"""
    if kind == "hanging" and "按住模型" not in capabilities:
        raise SuiteError("目标没有能力“按住模型”，--fairness hanging 造不出卡住的大模型")
