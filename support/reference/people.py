"""人物：关于说话的人听来的事。

职责：从一句话里听出昵称、名字、喜欢什么；此刻此处可以想起其中哪些。
不做什么：不拼提示词。

一个人 = 租户 × 智能体 × 平台 × 用户编号，四列逐列精确比较。群里听来的，这个人在同一平台
对同一智能体说话时都可想起；私下听来的，只在与这个人的私聊里想起。
"""

from __future__ import annotations

from dataclasses import dataclass

from support.reference.archive import GROUP, PRIVATE, Chat, Turn
from support.reference.frames import Said
from support.reference.store import Store

NICKNAME, NAME, LIKES = "昵称", "名字", "喜欢"
FACT_CHARS = 200
LIKES_LIMIT = 10
#: 带着这些词的是在问，不是在说自己；宁可少记，不把问话记成答案。
_ASKING = ("什么", "啥", "谁", "哪个", "哪位", "哪里")
_OPENINGS = ((NAME, ("我叫", "以后叫我")), (LIKES, ("我喜欢",)))


@dataclass(frozen=True, slots=True)
class Person:
    """此刻此处想得起的这个人。"""

    nickname: str
    name: str | None
    likes: tuple[str, ...]


class People:
    """认得的人。"""

    def __init__(self, store: Store) -> None:
        self._store = store

    def learn(self, number: int, chat: Chat, said: Said) -> None:
        """听一句话；在收话的事务里调用。"""
        self._note(number, chat, said, NICKNAME, said.nickname)
        for topic, words in self.learned(said.utterance.spoken).items():
            self._note(number, chat, said, topic, words)

    def learned(self, spoken: str) -> dict[str, str]:
        """这句话说了自己的什么：从“我叫”“以后叫我”“我喜欢”之后，到这句话完；问话不算。"""
        found: dict[str, str] = {}
        for topic, openings in _OPENINGS:
            ends = [spoken.find(word) + len(word) for word in openings if word in spoken]
            words = spoken[min(ends) :][:FACT_CHARS].strip() if ends else ""
            if words and not any(word in words for word in _ASKING):
                found[topic] = words
        return found

    def about(self, turn: Turn) -> Person:
        """说话的这个人，到这句话为止。"""
        names = self._facts(turn, NAME, 1)
        nicknames = self._facts(turn, NICKNAME, 1)
        return Person(
            nickname=nicknames[0] if nicknames else turn.nickname,
            name=names[0] if names else None,
            likes=tuple(reversed(self._facts(turn, LIKES, LIKES_LIMIT))),
        )

    def audible(self, turn: Turn) -> tuple[str, str]:
        """在哪种场合听来的，此处可以想起。"""
        return (GROUP, PRIVATE) if turn.chat.kind == PRIVATE else (GROUP, GROUP)

    def _facts(self, turn: Turn, topic: str, limit: int) -> list[str]:
        rows = self._store.all(
            "SELECT words FROM person_facts WHERE tenant_id = ? AND agent_id = ? AND platform = ?"
            " AND user_id = ? AND topic = ? AND turn <= ? AND kind IN (?, ?)"
            " ORDER BY turn DESC LIMIT ?",
            turn.chat.tenant_id,
            turn.chat.agent_id,
            turn.chat.platform,
            turn.user_id,
            topic,
            turn.number,
            *self.audible(turn),
            limit,
        )
        return [str(row["words"]) for row in rows]

    def _note(self, number: int, chat: Chat, said: Said, topic: str, words: str) -> None:
        """记下一件事；与上次听来的（场合也同）一样就不必再记。"""
        person = (chat.tenant_id, chat.agent_id, chat.platform, said.user_id)
        last = self._store.one(
            "SELECT kind, words FROM person_facts WHERE tenant_id = ? AND agent_id = ?"
            " AND platform = ? AND user_id = ? AND topic = ? ORDER BY turn DESC LIMIT 1",
            *person,
            topic,
        )
        if last is not None and tuple(last) == (chat.kind, words):
            return
        self._store.run(
            "INSERT INTO person_facts (turn, tenant_id, agent_id, platform, user_id, topic, kind,"
            " words) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            number,
            *person,
            topic,
            chat.kind,
            words,
        )
