"""引擎：到点就说，听见就记。一片压测在一个事件循环里。

职责：按时刻说话、把每一帧记成流水、边收边扫别人的口令。
不做什么：不判断、不统计、不开租户。
"""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Awaitable, Callable, Sequence
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
from support.load.rounds import Rounds
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
        self._strangers = _strangers(self._prefixes)
        self._allowed = [frozenset(one.allowed) for one in shard.residents]
        self._rounds = Rounds(self._voices, shard.profile, shard.seed, self._say)
        #: 句号 → 车道、该说的时刻、等着它有了下场才说下一句的用户、口令。
        self._waiting: dict[int, tuple[int, float, Voice | None, bytes]] = {}
        #: 说出去还没答的口令 → 句号：在这里的就是真口令，不必再验校验位。
        self._lines: dict[bytes, int] = {}
        self._turns = [0] * len(self._voices)
        self._next = shard.first + shard.number
        self._stopped = False
        #: 正睡着的闹钟：到点响，叫停也响。
        self._alarm: asyncio.Future[None] | None = None
        #: 收尾时等着的：每一句都有了下场。
        self._settled: asyncio.Future[None] | None = None
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
        for pace in self.gauge.tenants.values():
            pace.forget(now)
        self.gauge.lost = len(self._overdue())
        return self.gauge

    def stop(self) -> None:
        """不再开口，收完已说的就停。"""
        self._stopped = True
        self._rounds.stop()
        _ring(self._alarm)

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
        """几个人手轮着开：一万条车道不必有一万个任务同时等着。"""
        lanes = iter(self._lanes)

        async def hand() -> None:
            for lane in lanes:
                await lane.open(session)

        hands = [asyncio.create_task(hand()) for _ in range(_OPENING)]
        try:
            await asyncio.gather(*hands)
        finally:
            for one in hands:  # 有一条连不上，别的人手也不必再开了
                one.cancel()
            await asyncio.wait(hands)

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
            self._say(who.next(), due, closed=False)

    async def _closed(self) -> None:
        """封闭式：每位用户答完想一想再说。"""
        hurrying = asyncio.create_task(self._hurry())
        try:
            await self._rounds.run(self.began + self._shard.profile.seconds)
        finally:
            hurrying.cancel()
            await asyncio.wait([hurrying])

    async def _hurry(self) -> None:
        """等过了耐心的就不等了，接着说；一起看一遍，比给每句各上一个闹钟便宜。"""
        while True:
            await asyncio.sleep(_HURRY_S)
            for line in self._overdue():
                lane, due, voice, raw = self._waiting[line]
                if voice is not None:
                    self._waiting[line] = (lane, due, None, raw)
                    self._rounds.go_on(voice)

    def _overdue(self) -> list[int]:
        """过了耐心还没有下场的；说的次序就是该说的次序，数到第一句没过耐心的为止。"""
        late = time.monotonic() - self._shard.profile.patience
        return [line for line, _ in takewhile(lambda one: one[1][1] < late, self._waiting.items())]

    async def _until(self, due: float) -> bool:
        """等到那一刻；中途被叫停返回假。晚了就不等，照样说。"""
        ahead = due - time.monotonic()
        self.gauge.behind = max(0.0, -ahead)
        if ahead > 0 and not self._stopped:
            loop = asyncio.get_running_loop()
            self._alarm = loop.create_future()
            timer = loop.call_later(ahead, _ring, self._alarm)
            try:
                await self._alarm
            finally:
                timer.cancel()
        return not self._stopped

    def _say(self, voice: Voice, due: float, *, closed: bool = True) -> None:
        """说一句；封闭式的用户等它有了下场才说下一句。"""
        line, self._next = self._next, self._next + self._shard.of
        lane = voice.resident
        raw = self._numbering.token(self._shard.residents[lane].tenant, line).encode()
        turn = self._turns[voice.number]
        self._turns[voice.number] = turn + 1
        self._waiting[line] = (lane, due, voice if closed else None, raw)
        self._lines[raw] = line
        self.gauge.said += 1
        self._paces[lane].said += 1
        self._journal.add(What.SAID, lane, line, time.monotonic(), voice.number, due)
        if not self._lanes[lane].send(voice.frame(raw, turn, time.time())):
            self._fail(line, lane)

    def _fail(self, line: int, lane: int) -> None:
        self.gauge.failed += 1
        self._journal.add(What.FAILED, lane, line, time.monotonic())
        self._settle(line, failed=True)

    async def _drain(self) -> None:
        """说完之后，等还没下场的话，至多一个耐心。"""
        if self._waiting:
            self._settled = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._settled], timeout=self._shard.profile.patience)
        self.gauge.lost = len(self._waiting)

    # ---- 听 --------------------------------------------------------------------

    def _hear(self, lane: int, frame: bytes) -> None:
        now = time.monotonic()
        prefix = self._prefixes[lane]
        spot = frame.find(prefix)
        line = self._lines.get(frame[spot : spot + SIZE], -1) if spot >= 0 else -1
        if line < 0 and (line := self._unusual(prefix, frame)) < 0:
            self._odd(lane, frame, now)
            return
        if self._strangers[lane](frame):
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

    def _settle(self, line: int, *, failed: bool = False) -> None:
        """这一句有了下场。"""
        _, _, voice, raw = self._waiting.pop(line)
        del self._lines[raw]
        if self._settled is not None and not self._waiting:
            _ring(self._settled)
        if voice is not None:
            self._rounds.go_on(voice, failed=failed)

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
            self._settle(line, failed=True)


def _strangers(prefixes: Sequence[bytes]) -> list[Callable[[bytes], object]]:
    """每条车道一个找法：帧里有没有像口令、又不是自家开头的；一遍就够，不必先数再比。"""
    found = {one: re.compile(_ANY + b"(?!" + one[len(_ANY) :] + b")").search for one in prefixes}
    return [found[one] for one in prefixes]


def _ring(alarm: asyncio.Future[None] | None) -> None:
    """叫醒等着的；没人等、或已经醒了就算了。"""
    if alarm is not None and not alarm.done():
        alarm.set_result(None)
