"""意外：连着说话时断线、说完之后重发、答到一半失效。

职责：让意外必然发生在话还没答完的时候，事后等每句话有下场。不做什么：不判断后果。
"""

from __future__ import annotations

import asyncio

from support.client.provider import Provider
from support.client.stream import Connection
from support.errors import Inconclusive
from support.ledger import Ledger
from support.model import Kind
from support.phrases import Absence, Accident, Change, Speaker
from support.play.cast import Cast
from support.play.changes import Changes
from support.play.faults import Faults
from support.play.notebook import Notebook

_BACK = "回来之后的头一句"
_RESENDS = (Accident.RESENT_RECONNECTED, Accident.RESENT_RESTARTED, Accident.RESENT_GARBLED)

#: 话还没答完时发生的变故。
_REVOCATIONS = {
    Accident.KEY_DISABLED: Change.KEY_DISABLED,
    Accident.KEY_DELETED: Change.KEY_DELETED,
    Accident.AGENT_DISABLED: Change.AGENT_DISABLED,
    Accident.AGENT_DELETED: Change.AGENT_DELETED,
    Accident.TENANT_SUSPENDED: Change.TENANT_SUSPENDED,
}


class Mishaps:
    """一个场景里的意外；`patience` 是等一句话的秒数。"""

    def __init__(
        self,
        cast: Cast,
        faults: Faults,
        notes: Notebook,
        ledger: Ledger,
        provider: Provider,
        *,
        changes: Changes,
        patience: float,
    ) -> None:
        self._cast, self._faults, self._notes = cast, faults, notes
        self._ledger, self._provider, self._patience = ledger, provider, patience
        self._changes = changes

    async def accident(self, speaker: Speaker, words: str, accident: Accident) -> None:
        """说一句话，出一次意外，等这句话有下场。"""
        if accident in _RESENDS:
            await self._resend(speaker, words, accident)
        elif accident in _REVOCATIONS:
            await self._revoke(speaker, words, accident)
        else:
            await self._interrupt(speaker, words, accident)
        await self._provider.pull()

    async def _interrupt(self, speaker: Speaker, words: str, accident: Accident) -> None:
        """话刚送到大模型就断线或强杀。"""
        line = self._cast.line(speaker, words, disturbed="hold")
        self._notes.note_asked(speaker, line.token)
        agent = self._cast.households[speaker.tenant].agent(speaker.agent)
        await self._faults.accident(self._cast, speaker, line, accident, agent)

    async def burst(self, speaker: Speaker, count: int, absence: Absence) -> None:
        """连说 `count` 句，中途断线；回来之后再说一句，等全部有下场。"""
        if absence is Absence.EACH:
            await self._drop_after_each(speaker, count)
        else:
            await self._drop_once(speaker, count, absence)
        await self._provider.pull()

    async def _drop_after_each(self, speaker: Speaker, count: int) -> None:
        for number in range(1, count + 1):
            await self._interrupt(speaker, f"断断续续的第{number}句", Accident.RECONNECT)

    async def _drop_once(self, speaker: Speaker, count: int, absence: Absence) -> None:
        agent = self._cast.households[speaker.tenant].agent(speaker.agent)
        rule = await self._provider.script("hold", **agent.model_calls)
        tokens = [await self._say(speaker, f"断线前的第{n}句") for n in range(1, count + 1)]
        connection = self._cast.connection_for(speaker)
        if not await self._provider.held(rule, count=1, patience=self._patience):
            raise Inconclusive("话没有送到大模型，意外无从发生")
        if absence is Absence.KILLED:
            # 约定只保证确认过的话：没等到确认就强杀，丢了也怪不得服务。
            if not await connection.acked(tokens, patience=self._patience):
                raise Inconclusive("服务没有确认收到这几句话，强杀之后无从要求它作答")
            await self._faults.restart()
            await self._provider.release(rule, patience=0.0)
        else:
            await self._leave(speaker, connection, rule, count, absence)
        tokens.append(await self._say(speaker, _BACK))
        await asyncio.gather(*(connection.fate(t, patience=self._patience) for t in tokens))

    async def _leave(
        self, speaker: Speaker, connection: Connection, rule: str, count: int, absence: Absence
    ) -> None:
        """断线，让回复在他不在时产生；每答一句大约一个来回，哨兵就多走几个来回。"""
        self._ledger.add(Kind.FAULT, by=connection.base, what="客户端断线")
        await connection.close()
        await self._provider.release(rule, patience=self._patience)
        for _ in range(count + 1):
            await self._faults.let_reply_be_produced(self._cast, speaker)
        if absence is Absence.NEIGHBOURS:
            await self._let_neighbours_talk(speaker)

    async def _let_neighbours_talk(self, speaker: Speaker) -> None:
        """别家在同一平台、自家在别的平台，各连上来说一句。"""
        others = [Speaker(h.name, speaker.user) for h in self._cast.households]
        places = [one for one in others if one.tenant != speaker.tenant]
        places.append(Speaker(speaker.tenant, speaker.user, platform="微信"))
        for place in places:
            token = await self._say(place, "有人在吗")
            await self._cast.connection_for(place).fate(token, patience=self._patience)

    async def _say(self, speaker: Speaker, words: str) -> str:
        line = self._cast.line(speaker, words, disturbed="hold")
        self._notes.note_asked(speaker, line.token)
        await self._cast.say(speaker, line)
        return line.token

    async def _resend(self, speaker: Speaker, words: str, accident: Accident) -> None:
        """说一句话，出意外之后把同一帧原样再发一遍。"""
        line = self._cast.line(speaker, words)
        self._notes.note_asked(speaker, line.token)
        connection = self._cast.connection_for(speaker)
        if accident is Accident.RESENT_GARBLED:
            frame = connection.frame(line)
            await connection.throw(frame[: len(frame) // 2])
            await connection.say(line)
            await connection.fate(line.token, patience=self._patience)
            return
        await self._cast.say(speaker, line)
        await connection.fate(line.token, patience=self._patience)
        if accident is Accident.RESENT_RESTARTED:
            await self._cast.households.let_service_finish()
            await self._faults.restart()
        await connection.close()
        await connection.open()
        await connection.say(line, resend=True)

    async def _revoke(self, speaker: Speaker, words: str, accident: Accident) -> None:
        """把这句话按在大模型那里，让他的密钥、智能体或租户失效，再放它答完。"""
        agent = self._cast.households[speaker.tenant].agent(speaker.agent)
        rule = await self._provider.script("hold", **agent.model_calls)
        token = await self._say(speaker, words)
        if not await self._provider.held(rule, count=1, patience=self._patience):
            raise Inconclusive("话没有送到大模型，谈不上答到一半")
        await self._changes.make(speaker.tenant, _REVOCATIONS[accident])
        await self._provider.release(rule, patience=self._patience)
        await self._cast.connection_for(speaker).fate(token, patience=self._patience)
