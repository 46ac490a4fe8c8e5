"""引擎：到点就说，听见就记。一片压测在一个事件循环里。

职责：按时刻说话、把每一帧记成流水、边收边扫别人的口令。
不做什么：不判断、不统计、不开租户。
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import takewhile

import aiohttp

from support.canary import PREFIX, SIZE, Numbering, find_raw, find_tokens
from support.client.transports import TRANSPORTS
from support.load import arrivals
from support.load.crowd import Voice, gather, picker
from support.load.evidence import Evidence, decoded
from support.load.journal import Journal, What
from support.load.lane import Lane
from support.load.pace import Gauge, Pace
from support.load.task import Shard

#: 连好了，等放行。
Gate = Callable[[], Awaitable[None]]

_ACK = b"sys_ack"
#: 同时握手的连接数；再多，服务的握手队列会满。
_OPENING = 64
#: 赶不上时，连说这么多句就听一听。
_BREATH = 16
#: 封闭式里多久看一次谁等得过了耐心。
_HURRY_S = 0.2
#: 一切像口令的东西共有的开头。
_ANY = PREFIX.encode()


class Engine:
    """跑一片。`gauge` 是随时可看的读数。"""

    def __init__(self, shard: Shard, journal: Journal, evidence: Evidence) -> None:
        self._shard, self._journal, self._evidence = shard, journal, evidence
        self._numbering = Numbering(shard.nonce)
        self._dialect = TRANSPORTS[shard.doors[0].transport].dialect
        self._voices = gather(
            shard.residents,
            max(1, round(shard.profile.users * shard.share)),
            self._dialect,
            run=f"{shard.run}-{shard.number}",
            seed=shard.seed,
        )
        self._lanes = [
            Lane(number, door, self._hear, self._gone) for number, door in enumerate(shard.doors)
        ]
        self._prefixes = [self._numbering.prefix(one.tenant).encode() for one in shard.residents]
        self._allowed = [frozenset(one.allowed) for one in shard.residents]
        #: 句号 → 车道、该说的时刻、谁在等、口令。
        self._waiting: dict[int, tuple[int, float, asyncio.Future[None] | None, bytes]] = {}
        #: 说出去还没答的口令 → 句号：在这里的就是真口令，不必再验校验位。
        self._lines: dict[bytes, int] = {}
        self._turns = [0] * len(self._voices)
        self._next = shard.first + shard.number
        self._stop = asyncio.Event()
        self._alarms: set[asyncio.Future[None]] = set()
        self.gauge = Gauge()
        self._paces = [self.gauge.tenants.setdefault(one.name, Pace()) for one in shard.residents]
        #: 第一句的单调钟秒；流水里的时刻都与它比。
        self.began = 0.0

    @property
    def voices(self) -> Sequence[Voice]:
        """这一片的用户。"""
        return self._voices

    def read(self) -> Gauge:
        """此刻的读数；过了耐心还没有下场的算丢失。顺手把攒着的流水写下去，被打断也少不了多少。"""
        self._journal.flush()
        self._evidence.flush()
        now = time.monotonic()
        late = now - self._shard.profile.patience
        for pace in self.gauge.tenants.values():
            pace.forget(now)
        waiting = self._waiting.values()
        # 说的次序就是该说的次序，数到第一句没过耐心的为止。
        self.gauge.lost = sum(1 for _ in takewhile(lambda one: one[1] < late, waiting))
        return self.gauge

    def stop(self) -> None:
        """不再开口，收完已说的就停。"""
        self._stop.set()
        for alarm in self._alarms:
            _ring(alarm)

    async def run(self, *, gate: Gate | None = None) -> None:
        """连上、说完、等齐（至多再等一个耐心），断开。`gate` 放行了才开口，几片因此一起说。"""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, trust_env=False) as session:
            try:
                await self._open(session)
                gc.freeze()  # 连接多时，别让回收器一遍遍数它们
                if gate is not None:
                    await gate()
                self.began = time.monotonic()
                await (self._closed() if self._shard.profile.is_closed else self._opened())
                await self._drain()
            finally:
                gc.unfreeze()
                await asyncio.gather(*(lane.close() for lane in self._lanes))
                self._journal.close()

    async def _open(self, session: aiohttp.ClientSession) -> None:
        gate = asyncio.Semaphore(_OPENING)

        async def one(lane: Lane) -> None:
            async with gate:
                await lane.open(session)

        await asyncio.gather(*(one(lane) for lane in self._lanes))

    # ---- 说 --------------------------------------------------------------------

    async def _opened(self) -> None:
        """开放式：到点就说，不等谁。"""
        profile, shard = self._shard.profile, self._shard
        seed = shard.seed * 1009 + shard.number
        steady = profile.arrival == "constant"
        who = picker(shard.residents, self._voices, seed, steady=steady)
        for number, moment in enumerate(arrivals.offsets(profile, seed=seed, share=shard.share)):
            due = self.began + moment
            if not number % _BREATH:
                await asyncio.sleep(0)  # 落后时句句不用等，也要留空听回复
            if not await self._until(due):
                return
            await self._say(who.next(), due)

    async def _closed(self) -> None:
        """封闭式：每位用户答完想一想再说。"""
        ends = self.began + self._shard.profile.seconds
        hurrying = asyncio.create_task(self._hurry())
        try:
            await asyncio.gather(*(self._chat(voice, ends) for voice in self._voices))
        finally:
            hurrying.cancel()
            await asyncio.wait([hurrying])

    async def _hurry(self) -> None:
        """等过了耐心的就不等了，接着说；一起看一遍，比给每句各上一个闹钟便宜。"""
        while True:
            await asyncio.sleep(_HURRY_S)
            late = time.monotonic() - self._shard.profile.patience
            for _, due, answered, _ in self._waiting.values():
                if due >= late:
                    break
                _ring(answered)

    async def _chat(self, voice: Voice, ends: float) -> None:
        pauses: Iterator[float] = arrivals.thinking(
            self._shard.profile, seed=self._shard.seed * 1009 + voice.number
        )
        for pause in pauses:
            due = time.monotonic() + pause
            if due >= ends or not await self._until(due):
                return
            answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            await self._say(voice, due, answered)
            await answered

    async def _until(self, due: float) -> bool:
        """等到那一刻；中途被叫停返回假。晚了就不等，照样说。"""
        ahead = due - time.monotonic()
        self.gauge.behind = max(0.0, -ahead)
        if ahead > 0:
            await self._sleep(ahead)
        return not self._stop.is_set()

    async def _sleep(self, seconds: float) -> None:
        """睡到点，或被 :meth:`stop` 叫醒。"""
        loop = asyncio.get_running_loop()
        alarm: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _ring, alarm)
        self._alarms.add(alarm)
        try:
            await alarm
        finally:
            timer.cancel()
            self._alarms.discard(alarm)

    async def _say(
        self, voice: Voice, due: float, answered: asyncio.Future[None] | None = None
    ) -> None:
        line, self._next = self._next, self._next + self._shard.of
        resident = self._shard.residents[voice.resident]
        raw = self._numbering.token(resident.tenant, line).encode()
        turn = self._turns[voice.number]
        self._turns[voice.number] = turn + 1
        lane = voice.resident
        self._waiting[line] = (lane, due, answered, raw)
        self._lines[raw] = line
        self.gauge.said += 1
        self._paces[lane].said += 1
        self._journal.add(What.SAID, lane, line, time.monotonic(), voice.number, due)
        if not await self._lanes[lane].send(voice.frame(raw, turn, time.time())):
            self._fail(line, lane)

    def _fail(self, line: int, lane: int) -> None:
        self.gauge.failed += 1
        self._journal.add(What.FAILED, lane, line, time.monotonic())
        self._settle(line)

    async def _drain(self) -> None:
        """说完之后，等还没下场的话，至多一个耐心。"""
        ends = time.monotonic() + self._shard.profile.patience
        while self._waiting and time.monotonic() < ends:
            oldest = next(iter(self._waiting))
            lane, due, answered, token = self._waiting[oldest]
            if answered is None:
                answered = asyncio.get_running_loop().create_future()
                self._waiting[oldest] = (lane, due, answered, token)
            await asyncio.wait([answered], timeout=ends - time.monotonic())
        self.gauge.lost = len(self._waiting)

    # ---- 听 --------------------------------------------------------------------

    def _hear(self, lane: int, frame: bytes, now: float) -> None:
        prefix = self._prefixes[lane]
        spot = frame.find(prefix)
        line = self._lines.get(frame[spot : spot + SIZE], -1) if spot >= 0 else -1
        if line < 0 and (line := self._unusual(prefix, frame)) < 0:
            self._odd(lane, frame, now)
            return
        # 每一处像口令的开头都是自己家的，就没有别人的；两次数数比一遍正则便宜。
        if frame.count(_ANY) != frame.count(prefix):
            self._examine(lane, frame, prefix, now)
        if _ACK in frame:
            self._journal.add(What.ACKED, lane, line, now)
            return
        self._journal.add(What.HEARD, lane, line, now)
        waiting = self._waiting.get(line)
        if waiting is not None:
            self.gauge.replied += 1
            pace = self._paces[waiting[0]]
            pace.replied += 1
            pace.recent.append((now, now - waiting[1]))
            self._settle(line)
        self._evidence.keep(lane, frame)

    def _unusual(self, prefix: bytes, frame: bytes) -> int:
        """第一处不是正等着的口令（例如答过了又来一遍）：答的是哪一句，认不出是 -1。"""
        home = prefix.decode()
        own = (token for token in find_raw(frame) if token.startswith(home))
        return next((self._numbering.line(token) for token in own), -1)

    def _settle(self, line: int) -> None:
        settled = self._waiting.pop(line, None)
        if settled is not None:
            del self._lines[settled[3]]
            _ring(settled[2])

    def _examine(self, lane: int, frame: bytes, prefix: bytes, now: float) -> None:
        """帧里有不是这一家开头的口令：除了自己的人设，都是别人的。"""
        allowed, home = self._allowed[lane], prefix.decode()
        for token in find_raw(frame):
            if not token.startswith(home) and token not in allowed:
                self._foreign(lane, frame, token, now)

    def _foreign(self, lane: int, frame: bytes, token: str, now: float) -> None:
        self.gauge.foreign += 1
        self._journal.add(What.FOREIGN, lane, self._numbering.line(token), now)
        self._evidence.foreign(lane, token, frame, now)

    def _odd(self, lane: int, frame: bytes, now: float) -> None:
        """没有这一家口令的帧：还原转义再找一遍，什么都没有就记下全文。"""
        tokens = find_tokens(decoded(frame))
        for token in tokens:
            if token not in self._allowed[lane]:
                self._foreign(lane, frame, token, now)
        if not tokens:
            self._evidence.odd(lane, frame)

    def _gone(self, lane: int, code: int, refused: bool) -> None:
        """车道断了：还没下场的话跟着有了下场。"""
        what = What.REFUSED if refused else What.FAILED
        now = time.monotonic()
        for line in [line for line, (where, *_) in self._waiting.items() if where == lane]:
            self._journal.add(what, lane, line, now)
            if refused:
                self.gauge.refused += 1
            else:
                self.gauge.failed += 1
            self._settle(line)


def _ring(alarm: asyncio.Future[None] | None) -> None:
    """叫醒等着的；没人等、或已经醒了就算了。"""
    if alarm is not None and not alarm.done():
        alarm.set_result(None)
