"""收话：一帧从连接上来，到可以确认为止。

职责：去重、限额、记档、记忆与学习、记账，全在一个事务里；返回时已提交。
不做什么：不问模型、不看图——那些等轮到这句话再做。被限额拦下的话只留一句要回的话。
"""

from __future__ import annotations

from support.reference.access import Identity
from support.reference.archive import Archive, Chat
from support.reference.directory import Directory
from support.reference.frames import Frame, Said
from support.reference.limits import Limits
from support.reference.people import People
from support.reference.sayings import Sayings
from support.reference.store import Store
from support.reference.usage import Usage


class Intake:
    """收话的人。"""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        archive: Archive,
        people: People,
        sayings: Sayings,
        limits: Limits,
        usage: Usage,
    ) -> None:
        self._store, self._directory, self._archive = store, directory, archive
        self._people, self._sayings = people, sayings
        self._limits, self._usage = limits, usage

    def take(self, identity: Identity, platform: str, frame: Frame) -> tuple[Chat, int] | None:
        """收下一帧，返回要回答的那句话；重复或无话可答返回 None。"""
        with self._store.transaction():
            if frame.msg_id:
                if self._archive.is_duplicate(identity, platform, frame.msg_id):
                    return None
                self._archive.note_seen(identity, platform, frame.msg_id)
            if frame.said is None:
                return None
            return self._accept(identity, platform, frame.said)

    def _accept(self, identity: Identity, platform: str, said: Said) -> tuple[Chat, int]:
        chat = self._archive.chat_of(identity, platform, said)
        notice = self._limits.notice(chat.tenant_id)
        number = self._archive.add_turn(chat, identity, said, notice)
        if notice is None:
            self._learn(number, chat, said)
            self._count(identity)
        return chat, number

    def _learn(self, number: int, chat: Chat, said: Said) -> None:
        if self._archive.is_memorable(said.utterance.spoken):
            self._archive.add_memory(number, chat, said)
        self._people.learn(number, chat, said)
        self._sayings.learn(number, chat, said)

    def _count(self, identity: Identity) -> None:
        self._limits.count(identity.tenant_id)
        self._usage.count_message(identity.tenant_id)
        self._directory.count_use(identity.key_id)
