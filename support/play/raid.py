"""吵闹邻居：一家租户在自己的连接上刷屏、卡住大模型、乱发坏消息、反复连线。

职责：一波接一波地闹，直到叫停，每一波都记进台账。不做什么：不碰别家、不判断后果。
每一波都等到自己的话有下场才起下一波：闹得再凶，手里的话也有数，不靠睡觉定快慢。
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from support.client.lines import Line
from support.client.stream import Connection
from support.ledger import Ledger
from support.model import Kind
from support.phrases import Attack, ModelFault, Speaker
from support.play.cast import Cast
from support.play.faults import Faults
from support.play.notebook import Notebook

_CROWD, _FLOOD, _CONNECTIONS = 10, 200, 50
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
        *,
        attacker: Speaker,
        patience: float,
    ) -> None:
        self._cast, self._faults, self._notes = cast, faults, notes
        self._ledger, self._attacker, self._patience = ledger, attacker, patience
        self._agent = cast.households[attacker.tenant].agent(attacker.agent)

    async def during(self, attack: Attack, work: Callable[[], Awaitable[None]]) -> None:
        """先闹起来，再做 `work`，做完才停；停下时自己的话也都有了下场。"""
        over = asyncio.Event()
        await self._prepare(attack)
        noise = await self._begin(attack, over)
        try:
            await work()
        finally:
            over.set()
            self._ledger.add(Kind.FAULT, by=self._agent.owner, what=f"{attack.value}停了", acts=0)
            await noise
            await self._calm(attack)

    async def _begin(self, attack: Attack, over: asyncio.Event) -> asyncio.Task[None]:
        """闹起头一波；返回接着闹下去、直到叫停的任务。"""
        if attack is not Attack.FLOOD:
            await self._wave(attack)
            return asyncio.create_task(self._keep_on(attack, over))
        said = [await self._say(number) for number in range(_FLOOD)]
        self._ledger.add(Kind.FAULT, by=self._agent.owner, what=attack.value, acts=_FLOOD)
        return asyncio.create_task(self._flood(said, over))

    async def _flood(self, said: list[_Said], over: asyncio.Event) -> None:
        """一句有了下场就再补一句：手里始终压着那么多没答完的话。"""
        await asyncio.gather(*(self._chatter(n, one, over) for n, one in enumerate(said)))

    async def _chatter(self, number: int, said: _Said, over: asyncio.Event) -> None:
        await self._faults.outcome(*said)
        while not over.is_set():
            await self._faults.outcome(*await self._say(number))

    async def _keep_on(self, attack: Attack, over: asyncio.Event) -> None:
        while not over.is_set():
            if attack is Attack.HANG:
                await over.wait()
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
            return await self._talk(_CROWD)
        if attack is Attack.CONNECTIONS:
            return await self._connect()
        if attack is Attack.HUGE:
            padding = "吵" * _HUGE
            return await self._talk(1, claims={"additional_config": {"note": padding}})
        return await self._throw(_POISON[attack])

    async def _talk(self, count: int, **options: Any) -> int:
        """许多用户一齐说话，等到各自的下场。"""
        said = [await self._say(number, **options) for number in range(count)]
        await asyncio.gather(*(self._faults.outcome(*one) for one in said))
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
        return len(frames) + await self._talk(1)

    async def _connect(self) -> int:
        """一口气连上许多条，再一齐断开。"""
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
        await asyncio.gather(*(connection.open() for connection in crowd))
        await asyncio.gather(*(connection.close() for connection in crowd))
        return len(crowd)
