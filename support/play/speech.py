"""说话：一位或许多位用户怎样开口——先后、同时、重叠、连着说、在吵闹中聊。

职责：把一句中文变成一串收发，等到各自的下场，记进场记。不做什么：不冒充（pretence）、
不出意外（mishaps）、不判断。
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from support.client.lines import Line
from support.client.provider import Provider
from support.client.stream import Connection, Fate
from support.errors import Inconclusive
from support.ledger import Ledger
from support.model import Scope
from support.phrases import Attack, ModelFault, Speaker
from support.play.cast import Cast
from support.play.estate import Agent
from support.play.faults import Faults
from support.play.notebook import Notebook
from support.play.raid import Raid

#: 被按住的话在台账里的记号：它的耗时是套件造成的，不算服务的。
_HOLD = "hold"


class Speech:
    """一个场景里的开口说话。`patience` 是等一句话的秒数，`can_hold` 是按不按得住一家的大模型。"""

    def __init__(
        self,
        cast: Cast,
        faults: Faults,
        notes: Notebook,
        ledger: Ledger,
        provider: Provider,
        *,
        patience: float,
        can_hold: bool,
    ) -> None:
        self._cast, self._faults, self._notes = cast, faults, notes
        self._ledger, self._provider, self._patience = ledger, provider, patience
        self._can_hold = can_hold

    # ---- 准备：说过的话要有回复 ----------------------------------------------------

    async def tell(self, speaker: Speaker, words: str) -> None:
        """说过一句话，并且得到了回复。"""
        await self.must_reply(speaker, self._cast.line(speaker, words))

    async def entrust(self, speaker: Speaker, words: str) -> None:
        """请麦麦记住一件事：群里说的全智能体可用，私下说的只在这个私聊可用。"""
        scope = Scope.AGENT if speaker.group else Scope.CHAT
        line = self._cast.line(speaker, words, scope=scope)
        await self.must_reply(speaker, replace(line, text=f"请记住：{line.text}"))

    async def must_reply(self, speaker: Speaker, line: Line) -> None:
        """说一句话；得不到回复就是准备没有成立。"""
        words = line.notes["words"]
        self._notes.note_told(words, line.token)
        connection = await self._cast.say(speaker, line)
        fate = await connection.fate(line.token, patience=self._patience)
        if fate is not Fate.REPLIED:
            raise Inconclusive(f"准备没有成立：说“{words}”{fate.value}")

    # ---- 事件 --------------------------------------------------------------------

    async def ask(self, speakers: Sequence[Speaker], words: str) -> None:
        """各位同时说出同一句话，等到各自的下场。"""
        await self.together([(speaker, self._question(speaker, words)) for speaker in speakers])

    def _question(self, speaker: Speaker, words: str) -> Line:
        held = self._faults.is_held(self._agent(speaker))
        return self._cast.line(speaker, words, disturbed=_HOLD if held else "")

    async def together(self, lines: Sequence[tuple[Speaker, Line]]) -> None:
        """各位同时说出各自的话，等到各自的下场。"""
        await asyncio.gather(*(self.say(speaker, line) for speaker, line in lines))
        await self._provider.pull()

    async def say(self, speaker: Speaker, line: Line, **options: str) -> None:
        """说一句话，等到它的下场；`options` 是连接上的花招。"""
        self._notes.note_asked(speaker, line.token)
        connection = await self._cast.say(speaker, line, **options)
        await self._faults.outcome(connection, line)

    async def overlap(self, first: Speaker, second: Speaker, words: str) -> None:
        """把前者按在大模型那里，让后者整个问答夹在前者的提问与回答之间。"""
        agent = self._agent(first)
        await self._faults.model(agent, ModelFault.HELD_ONCE)
        await self.say(first, self._question(first, words))
        line = self._cast.line(second, words)
        self._notes.note_asked(second, line.token)
        connection = await self._cast.say(second, line)
        await connection.fate(line.token, patience=self._patience)
        await self._faults.model(agent, ModelFault.RELEASED)
        await self._provider.pull()

    async def crowd_asks(self, tenant: str, count: int, words: str) -> None:
        """一家的 `count` 位用户各在自己的私聊里同时问。"""
        await self.ask(_crowd(tenant, count), words)

    async def burst(self, speakers: Sequence[Speaker], count: int) -> None:
        """各位同时开口，都不等回复，连说 `count` 句；答得慢的那家慢到别家都答完。"""
        slow = {
            speaker: a for speaker in speakers if self._faults.is_slow(a := self._agent(speaker))
        }
        said: list[tuple[Speaker, Connection, str]] = []
        for number in range(1, count + 1):
            for speaker in speakers:
                line = self._cast.line(speaker, f"连着说的第{number}句")
                self._notes.note_asked(speaker, line.token)
                said.append((speaker, await self._cast.say(speaker, line), line.token))
        await self._fates((c, token) for speaker, c, token in said if speaker not in slow)
        for speaker, connection, token in said:
            if speaker in slow:
                await connection.acked([token], patience=self._patience)
        for speaker, agent in slow.items():
            if self._faults.is_slow(agent):
                await self._faults.outlast(self._cast, speaker, agent)
        await self._fates((connection, token) for _, connection, token in said)
        await self._provider.pull()

    async def _fates(self, said: Iterable[tuple[Connection, str]]) -> None:
        await asyncio.gather(*(c.fate(token, patience=self._patience) for c, token in said))

    def _agent(self, speaker: Speaker) -> Agent:
        return self._cast.households[speaker.tenant].agent(speaker.agent)

    async def crowd_burst(self, tenant: str, users: int, count: int) -> None:
        """一家的 `users` 位用户各在自己的私聊里同时连说 `count` 句。"""
        await self.burst(_crowd(tenant, users), count)

    async def chat(self, speaker: Speaker, count: int) -> None:
        """四下安静时一问一答地聊 `count` 句。"""
        await self._chat(speaker, count, self._notes.quiet, self.say)

    async def _chat(
        self,
        speaker: Speaker,
        count: int,
        tokens: list[str],
        say: Callable[[Speaker, Line], Awaitable[None]],
    ) -> None:
        for number in range(1, count + 1):
            line = self._cast.line(speaker, f"闲聊的第{number}句")
            tokens.append(line.token)
            await say(speaker, line)
            if not self._cast.connection_for(speaker).is_settled(line.token):
                # 丢了一句就有了结论，不必把耐心再等上十几遍。
                return

    async def chat_amid(self, tenant: str, attack: Attack, speaker: Speaker, count: int) -> None:
        """`tenant` 闹着的时候，`speaker` 聊 `count` 句。"""
        raid = Raid(
            self._cast,
            self._faults,
            self._notes,
            self._ledger,
            self._provider,
            attacker=Speaker(tenant, "小闹"),
            patience=self._patience,
        )
        say = self._way_to_say(attack, raid)
        await raid.during(attack, lambda: self._chat(speaker, count, self._notes.loud, say))
        await self._provider.pull()

    def _way_to_say(self, attack: Attack, raid: Raid) -> Callable[[Speaker, Line], Awaitable[None]]:
        """吵闹中的一句趁什么时候说：排着长队、邻居刚闹过，或随时。"""
        if attack is Attack.HANG or (attack is Attack.FLOOD and not self._can_hold):
            return self.say
        speak = raid.behind_queue if attack is Attack.FLOOD else raid.upon_strike

        async def say(speaker: Speaker, line: Line) -> None:
            self._notes.note_asked(speaker, line.token)
            await speak(speaker, line)

        return say

    async def resend(self, speaker: Speaker, words: str) -> None:
        """说一句话，得到回复后把同一帧原样再发一遍。"""
        line = self._cast.line(speaker, words)
        await self.say(speaker, line)
        await self._cast.connection_for(speaker).say(line, resend=True)


def _crowd(tenant: str, count: int) -> list[Speaker]:
    return [Speaker(tenant, f"用户{number}") for number in range(1, count + 1)]
