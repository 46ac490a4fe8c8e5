"""吵闹邻居：一家租户在自己的连接上刷屏、卡住大模型、乱发坏消息、反复连线。

职责：一波接一波地闹，直到叫停，每一波都记进台账。不做什么：不碰别家、不判断后果。
每一波都等到自己的话有下场才起下一波：闹得再凶，手里的话也有数，不靠睡觉定快慢。
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from support.client.lines import Line
from support.client.provider import Provider
from support.client.stream import Connection, Fate
from support.errors import Inconclusive, TargetUnreachable
from support.ledger import Ledger
from support.model import Kind
from support.phrases import Attack, ModelFault, Speaker
from support.play.cast import Cast
from support.play.faults import Faults
from support.play.notebook import Notebook

_CROWD, _FLOOD, _CONNECTIONS = 10, 200, 50
#: 排着的话要比同时在答的多出几倍；服务一次答得太多，就把刷屏的人添到这么多倍。
_LONGER = 5
#: 两下之间最多等耐心的多少倍。
_LULL = 10
#: 连线时一次办几条。
_AT_ONCE = 10
#: 一条超长消息的字数（约 1 MB），放在不进提示词的附言里，免得台账跟着胀。
_HUGE = 350_000
_DEPTH = 50_000

_Said = tuple[Connection, Line]
_ENVELOPE = '{"ver":1,"msg_id":"x","type":"sys_std","payload":'
_POISON: Mapping[Attack, tuple[str | bytes, ...]] = {
    Attack.MALFORMED: ('{"ver":1,"msg_id":"x', "[]", "42", "null", "{}", "\x00", "不是一帧"),
    Attack.MISSING: (
        '{"ver":1,"msg_id":"p1","type":"sys_std"}',
        '{"ver":1,"msg_id":"p2","type":"sys_std","payload":null}',
        '{"ver":1,"msg_id":"p3","type":"sys_std","payload":{"message_info":[]}}',
        '{"ver":1,"msg_id":"p4","type":"sys_std","payload":{"message_info":{"sender_info":7}}}',
        '{"ver":1,"msg_id":["p5"],"type":"nothing","payload":{}}',
    ),
    Attack.NESTED: (
        f"{_ENVELOPE}{'[' * _DEPTH}{']' * _DEPTH}}}",
        _ENVELOPE + '{"a":' * _DEPTH + "1" + "}" * _DEPTH + "}",
    ),
    Attack.BINARY: (b"\x00\xff\xfe" * 1000,),
}


class Raid:
    """一场吵闹。`attacker` 是闹事的用户；`patience` 是等一句话的秒数。"""

    def __init__(
        self,
        cast: Cast,
        faults: Faults,
        notes: Notebook,
        ledger: Ledger,
        provider: Provider,
        *,
        attacker: Speaker,
        patience: float,
    ) -> None:
        self._cast, self._faults, self._notes = cast, faults, notes
        self._ledger, self._provider = ledger, provider
        self._attacker, self._patience = attacker, patience
        self._agent = cast.households[attacker.tenant].agent(attacker.agent)
        #: 刷屏的每个人手里正等着答的那一句；又说了一句就响一声。
        self._waiting: dict[int, str] = {}
        #: 半路添进来刷屏的人。
        self._joined: list[asyncio.Task[None]] = []
        #: 叫停了。
        self._over = asyncio.Event()
        self._spoke = asyncio.Event()
        #: 每闹一下响一声。
        self._struck = asyncio.Event()

    async def during(self, attack: Attack, work: Callable[[], Awaitable[None]]) -> None:
        """先闹起来，再做 `work`，做完才停；停下时自己的话也都有了下场。"""
        await self._prepare(attack)
        noise = await self._begin(attack)
        try:
            await work()
        finally:
            self._over.set()
            self._ledger.add(Kind.FAULT, by=self._agent.owner, what=f"{attack.value}停了", acts=0)
            await asyncio.gather(noise, *self._joined)
            await self._calm(attack)

    async def behind_queue(self, speaker: Speaker, line: Line) -> None:
        """趁刷屏的话都排在闸后，说一句；确认收到了才开闸，等到它的下场。

        闸关着，邻居的活就停在半路，积下的话一句也少不了：机器再快，队也是排着的。
        一句也不排、全都送去答的服务，闸关着就该答得了这一句。
        """
        rule = await self._provider.script("hold", **self._agent.model_calls)
        try:
            if not await self._provider.held(rule, count=1, patience=self._patience):
                raise Inconclusive("刷屏的话没有送到大模型，排不起队来")
            await self._queue_up()
            nobody_queues = await self._nobody_queues(rule)
            connection = await self._cast.say(speaker, line)
            await connection.acked([line.token], patience=self._patience)
            if nobody_queues:
                await self._answered_meanwhile(connection, line)
        finally:
            self._ledger.add(Kind.FAULT, by=self._agent.owner, what="刷屏的话放行", gate="open")
            await self._provider.release(rule, patience=0.0)
        await self._faults.outcome(connection, line)

    async def _nobody_queues(self, rule: str) -> bool:
        """刷屏的话是不是全停在闸前，一句也没排着；排着的不够多就添人。"""
        talkers = len(self._waiting)
        if not await self._provider.held(rule, count=talkers // _LONGER + 1, patience=0.0):
            return False
        if await self._provider.held(rule, count=talkers, patience=self._patience):
            return True
        if not self._joined:
            for number in range(talkers, _LONGER * _FLOOD):
                said = await self._shout(number)
                self._joined.append(asyncio.create_task(self._chatter(number, said)))
            await self._queue_up()
        return False

    async def _answered_meanwhile(self, connection: Connection, line: Line) -> None:
        await connection.fate(line.token, patience=self._patience)
        if not connection.is_settled(line.token):
            raise Inconclusive(
                f"刷屏的 {len(self._waiting)} 句都在答，一句也没排着，这句却等着："
                "说不准是名额恰好满了，还是要等它们"
            )

    async def upon_strike(self, speaker: Speaker, line: Line) -> None:
        """趁邻居刚闹了一下说一句，等到它的下场。

        两下之间的空当长短随机器而变；一句一句全落在空当里，就什么也没比。
        """
        self._struck.clear()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._struck.wait(), _LULL * self._patience)
        if not self._struck.is_set():
            raise Inconclusive("邻居没有再闹，比不出快慢")
        connection = await self._cast.say(speaker, line)
        await self._faults.outcome(connection, line)

    async def _queue_up(self) -> None:
        """等到刷屏的每个人手里都有一句确认过、还没答的话；闸关着，排上的就不再动。"""
        connection = self._cast.connection_for(self._attacker)
        while await connection.acked(self._waiting.values(), patience=self._patience):
            if not any(connection.is_settled(token) for token in self._waiting.values()):
                return
            self._spoke.clear()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._spoke.wait(), self._patience)
        raise Inconclusive("刷屏的话没有全都得到确认，排不起队来")

    async def _begin(self, attack: Attack) -> asyncio.Task[None]:
        """闹起头一波；返回接着闹下去、直到叫停的任务。"""
        if attack is not Attack.FLOOD:
            await self._wave(attack)
            return asyncio.create_task(self._keep_on(attack))
        said = [await self._shout(number) for number in range(_FLOOD)]
        self._ledger.add(Kind.FAULT, by=self._agent.owner, what=attack.value, acts=_FLOOD)
        return asyncio.create_task(self._flood(said))

    async def _flood(self, said: list[_Said]) -> None:
        """一句有了下场就再补一句：手里始终压着那么多没答完的话。"""
        await asyncio.gather(*(self._chatter(n, one) for n, one in enumerate(said)))

    async def _chatter(self, number: int, said: _Said) -> None:
        while await self._outlived(*said) and not self._over.is_set():
            said = await self._shout(number)

    async def _outlived(self, connection: Connection, line: Line) -> bool:
        """等一句的下场，说还闹不闹得下去：被拒绝的不再闹；断了的连回去等，不马上另说。

        服务嫌吵断线时，断一次就说一句只会越断越快，台账跟着胀。
        """
        await self._faults.outcome(connection, line)
        fate = await connection.fate(line.token, patience=0.0)
        if fate is Fate.BROKEN:
            await connection.open()
            await self._faults.outcome(connection, line)
        return fate is not Fate.REFUSED

    async def _shout(self, number: int) -> _Said:
        """刷屏的第 `number` 位说一句，让等着排队的知道。"""
        connection, line = await self._say(number)
        self._waiting[number] = line.token
        self._spoke.set()
        return connection, line

    async def _keep_on(self, attack: Attack) -> None:
        while not self._over.is_set():
            if attack is Attack.HANG:
                await self._over.wait()
            else:
                await self._wave(attack)

    async def _prepare(self, attack: Attack) -> None:
        if attack is Attack.HANG:
            await self._faults.model(self._agent, ModelFault.HELD)
        if attack is Attack.FAIL:
            await self._faults.model(self._agent, ModelFault.ERROR)

    async def _calm(self, attack: Attack) -> None:
        if attack in (Attack.HANG, Attack.FAIL):
            await self._faults.model(self._agent, ModelFault.RELEASED)

    async def _wave(self, attack: Attack) -> None:
        """闹一波。"""
        acts = await self._act(attack)
        self._ledger.add(Kind.FAULT, by=self._agent.owner, what=attack.value, acts=acts)

    async def _act(self, attack: Attack) -> int:
        if attack in (Attack.FAIL, Attack.HANG):
            return await self._fail(_CROWD)
        if attack is Attack.CONNECTIONS:
            return await self._connect()
        if attack is Attack.HUGE:
            padding = "吵" * _HUGE
            return await self._talk(claims={"additional_config": {"note": padding}})
        return await self._throw(_POISON[attack])

    async def _talk(self, **options: Any) -> int:
        """一位用户说一句，等到它的下场；一说出去就算闹了一下。"""
        said = await self._say(0, **options)
        self._struck.set()
        await self._faults.outcome(*said)
        return 1

    async def _fail(self, count: int) -> int:
        """许多用户一齐说话，等到各自的下场；有一句没答成了才算闹了一下。"""
        said = [await self._say(number) for number in range(count)]
        for outcome in asyncio.as_completed([self._faults.outcome(*one) for one in said]):
            await outcome
            self._struck.set()
        return count

    async def _say(self, number: int, **options: Any) -> _Said:
        """第 `number` 位用户说一句，不等回复。"""
        speaker = Speaker(self._attacker.tenant, f"{self._attacker.user}{number}")
        line = self._cast.line(speaker, "吵死你们", disturbed="raid", **options)
        self._notes.note_asked(speaker, line.token)
        return await self._cast.say(speaker, line), line

    async def _throw(self, frames: tuple[str | bytes, ...]) -> int:
        """扔一把坏消息，再好好说一句：它有了下场，前面的就都处理过了。"""
        connection = self._cast.connection_for(self._attacker)
        for frame in frames:
            await connection.throw(frame)
            if isinstance(frame, bytes) and connection.reader is not None:
                await asyncio.wait([connection.reader], timeout=self._patience)
        return len(frames) + await self._talk()

    async def _connect(self) -> int:
        """连上许多条，再全部断开；一次只办几条，免得套件自己的握手挤慢了别人。"""
        crowd: list[Connection] = [
            self._cast.connection(
                self._attacker.tenant,
                self._attacker.agent,
                self._cast.platform(self._attacker),
                device=f"第{number}台",
                labels={"device": f"第{number}台"},
            )
            for number in range(_CONNECTIONS)
        ]
        for group in _groups(crowd):
            if self._over.is_set():
                break
            for opening in asyncio.as_completed([connection.open() for connection in group]):
                with contextlib.suppress(TargetUnreachable):
                    # 闹得太凶连自己都连不上，也算闹了一下：要看的是别家。
                    await opening
                self._struck.set()
        opened = [connection for connection in crowd if connection.is_open]
        for group in _groups(opened):
            await asyncio.gather(*(connection.close() for connection in group))
        return len(opened)


def _groups(crowd: Sequence[Connection]) -> list[Sequence[Connection]]:
    return [crowd[start : start + _AT_ONCE] for start in range(0, len(crowd), _AT_ONCE)]
