"""机器人：答一句话。

职责：读懂这句话、读档案与名册、请模型作答、把回复落盘并叫信差。
每次作答都重新读人设与设置，改了就生效。
不做什么：不排队（`scheduler`）、不写连接（`courier`）。没有任何跨句子保留的状态。
"""

from __future__ import annotations

import logging

from support.reference import prompt
from support.reference.access import Access, Identity
from support.reference.agent_config import history_lines
from support.reference.archive import GROUP, Archive, Turn
from support.reference.calls import ModelCalls
from support.reference.connections import Connections
from support.reference.courier import Courier
from support.reference.directory import Directory, Record
from support.reference.frames import Reply, ReplyIds, reply_frame
from support.reference.outbox import Destination, Outbox
from support.reference.people import People
from support.reference.provider import ModelFailed
from support.reference.reader import Reader
from support.reference.sayings import Sayings
from support.reference.store import Store

FALLBACK = "抱歉，我刚才走神了，请稍后再跟我说一遍。"
log = logging.getLogger("reference.bot")


class Bot:
    """按档案作答的机器人。"""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        access: Access,
        archive: Archive,
        people: People,
        sayings: Sayings,
        reader: Reader,
        calls: ModelCalls,
        outbox: Outbox,
        connections: Connections,
        courier: Courier,
    ) -> None:
        self._store, self._directory, self._access = store, directory, access
        self._archive, self._people, self._sayings = archive, people, sayings
        self._reader, self._calls = reader, calls
        self._outbox, self._courier, self._connections = outbox, courier, connections
        self._reply_ids = ReplyIds()

    async def answer(self, number: int) -> None:
        """答第 `number` 句；提问的密钥已不能用就不答，答的途中不能用了就不送。"""
        turn = self._archive.turn(number)
        if turn is None:
            return
        if self._access.still(turn.key_id) is None:
            self._archive.drop(number)
            return
        words = turn.notice if turn.notice is not None else await self._words(turn)
        asker = self._access.still(turn.key_id)
        agent = self._directory.agent(turn.chat.agent_id)
        if asker is None or agent is None:
            self._archive.drop(number)
            return
        self._post(turn, asker, agent, words)

    def destination(self, turn: Turn) -> Destination:
        """回复送给谁：问话的密钥，问话的平台。"""
        return Destination(turn.key_id, turn.chat.platform)

    async def _words(self, turn: Turn) -> str:
        """模型的回答；模型不行，就给一句不含任何人的话的兜底。"""
        try:
            return await self._ask(turn)
        except ModelFailed as failure:
            log.warning("第 %d 句用了兜底答复：%s", turn.number, failure)
        except Exception:
            log.exception("第 %d 句用了兜底答复：作答出了意外", turn.number)
        return FALLBACK

    async def _ask(self, turn: Turn) -> str:
        turn = await self._reader.read(self._agent(turn), turn)
        if self._access.still(turn.key_id) is None:
            raise ModelFailed("看图的途中密钥不能用了")
        agent = self._agent(turn)
        return await self._calls.ask(agent, prompt.build(agent, turn, self._known(agent, turn)))

    def _agent(self, turn: Turn) -> Record:
        agent = self._directory.agent(turn.chat.agent_id)
        if agent is None:
            raise ModelFailed("智能体已删除")
        return agent

    def _known(self, agent: Record, turn: Turn) -> prompt.Known:
        """这次作答想得起的一切。"""
        return prompt.Known(
            history=self._archive.history(turn, history_lines(agent["config"])),
            memories=self._archive.recall(turn),
            person=self._people.about(turn),
            sayings=self._sayings.known(turn),
        )

    def _post(self, turn: Turn, asker: Identity, agent: Record, words: str) -> None:
        """回复落盘、叫信差；“答完了”与“待送”在一个事务里。照着回的话不进聊天记录。"""
        to, reply_id = self.destination(turn), self._reply_ids.new()
        frame = reply_frame(_reply(turn, asker, agent, words, reply_id))
        with self._store.transaction():
            if turn.notice is None:
                self._archive.settle(turn.number, words, reply_id)
            else:
                self._archive.discard(turn.number)
            self._outbox.add(to, frame)
            if not self._connections.targets(to):
                self._outbox.trim(to)
        self._courier.wake(to)


def _reply(turn: Turn, asker: Identity, agent: Record, words: str, reply_id: str) -> Reply:
    return Reply(
        api_key=asker.api_key,
        platform=turn.chat.platform,
        message_id=reply_id,
        user_id=turn.user_id,
        nickname=turn.nickname,
        group_id=turn.chat.chat_id if turn.chat.kind == GROUP else None,
        group_name=turn.group_name,
        answers=turn.message_id,
        bot_id=agent["id"],
        bot_name=agent["name"],
        words=words,
    )
