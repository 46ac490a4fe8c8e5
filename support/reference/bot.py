"""机器人：答一句话。

职责：读档案与名册、请模型作答、把回复落盘并叫信差。每句话都重新读人设与设置，改了就生效。
不做什么：不排队（`scheduler`）、不写连接（`courier`）。没有任何跨句子保留的状态。
"""

from __future__ import annotations

import logging

from support.reference import prompt
from support.reference.access import Access, Identity
from support.reference.agent_config import model_settings
from support.reference.archive import GROUP, Archive, Turn
from support.reference.connections import Connections
from support.reference.courier import Courier
from support.reference.directory import Directory, Record
from support.reference.frames import Reply, ReplyWriter
from support.reference.outbox import Destination, Outbox
from support.reference.provider import ModelFailed, Provider
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
        outbox: Outbox,
        connections: Connections,
        courier: Courier,
        provider: Provider,
    ) -> None:
        self._store, self._directory, self._access = store, directory, access
        self._archive, self._outbox, self._courier = archive, outbox, courier
        self._connections, self._provider = connections, provider
        self._writer = ReplyWriter()

    async def answer(self, number: int) -> None:
        """答第 `number` 句；提问的密钥已不能用就不答，答的途中不能用了就不送。"""
        turn = self._archive.turn(number)
        if turn is None:
            return
        if self._access.still(turn.key_id) is None:
            self._archive.drop(number)
            return
        words = await self._words(turn)
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
        agent = self._directory.agent(turn.chat.agent_id)
        if agent is None:
            raise ModelFailed("智能体已删除")
        history, memories = self._archive.history(turn), self._archive.recall(turn)
        messages = prompt.build(agent, turn, history, memories)
        return await self._provider.complete(messages, model_settings(agent["config"]))

    def _post(self, turn: Turn, asker: Identity, agent: Record, words: str) -> None:
        """回复落盘、叫信差；“答完了”与“待送”在一个事务里。"""
        to = self.destination(turn)
        frame = self._writer.write(_reply(turn, asker, agent, words))
        with self._store.transaction():
            self._archive.settle(turn.number, words)
            self._outbox.add(to, frame)
            if not self._connections.targets(to):
                self._outbox.trim(to)
        self._courier.wake(to)


def _reply(turn: Turn, asker: Identity, agent: Record, words: str) -> Reply:
    return Reply(
        api_key=asker.api_key,
        platform=turn.chat.platform,
        user_id=turn.user_id,
        nickname=turn.nickname,
        group_id=turn.chat.chat_id if turn.chat.kind == GROUP else None,
        group_name=turn.group_name,
        answers=turn.message_id,
        bot_id=agent["id"],
        bot_name=agent["name"],
        words=words,
    )
