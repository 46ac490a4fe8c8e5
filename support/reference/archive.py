"""档案：聊天历史、长期记忆、见过的信封编号。

职责：一句话属于哪个聊天、记得哪些话、想起哪些事、是不是重复——四个决定各一个方法。
不做什么：不判断密钥、不拼提示词。

聊天 = 租户 × 智能体 × 平台 × 种类（私聊/群聊）× 编号，五列分开存、逐列精确比较，从不拼成一个串。
记忆：话里有“记住”就记下。群里说的，本智能体的任何聊天都可想起；私下说的，只在同一平台、
同一用户的私聊里想起。信封编号只在同一把密钥、同一平台内、一小时之内算重复。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from support.reference.access import Identity
from support.reference.frames import Frame, Said
from support.reference.store import Store

PRIVATE, GROUP = "private", "group"
HISTORY_LINES = 30
HISTORY_CHARS = 4_000_000
MEMORY_LIMIT = 20
MEMORY_WORD = "记住"
SEEN_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Chat:
    """一个聊天的全部坐标。"""

    tenant_id: str
    agent_id: str
    platform: str
    kind: str
    chat_id: str


@dataclass(frozen=True, slots=True)
class Turn:
    """等着回答的一句话。"""

    number: int
    chat: Chat
    key_id: str
    user_id: str
    nickname: str
    group_name: str
    message_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """聊天记录的一行；`nickname` 为 None 是机器人自己说的。"""

    nickname: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Memory:
    """想起的一件事，连同当时是谁说的。"""

    nickname: str
    words: str


class Archive:
    """聊天档案。"""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    # —— 收下 ——

    def take(self, identity: Identity, platform: str, frame: Frame) -> tuple[Chat, int] | None:
        """收下一帧，返回要回答的那句话；返回时已提交，可以确认了。重复或无话可答返回 None。"""
        with self._store.transaction():
            if frame.msg_id:
                if self.is_duplicate(identity, platform, frame.msg_id):
                    return None
                self._note_seen(identity, platform, frame.msg_id)
            if frame.said is None:
                return None
            chat = self.chat_of(identity, platform, frame.said)
            number = self._add_turn(chat, identity, frame.said)
            if self.is_memorable(frame.said.words):
                self._add_memory(number, chat, frame.said)
            return chat, number

    def chat_of(self, identity: Identity, platform: str, said: Said) -> Chat:
        """这句话属于哪个聊天；租户、智能体、平台只取自连接。"""
        kind = PRIVATE if said.group_id is None else GROUP
        chat_id = said.user_id if said.group_id is None else said.group_id
        return Chat(identity.tenant_id, identity.agent_id, platform, kind, chat_id)

    def is_duplicate(self, identity: Identity, platform: str, msg_id: str) -> bool:
        """同一把密钥、同一平台一小时内见过这个信封编号。"""
        row = self._store.one(
            "SELECT 1 FROM seen WHERE key_id = ? AND platform = ? AND msg_id = ? AND seen_at > ?",
            identity.key_id,
            platform,
            msg_id,
            self._clock() - SEEN_SECONDS,
        )
        return row is not None

    def is_memorable(self, words: str) -> bool:
        """这句话要不要记进长期记忆。"""
        return MEMORY_WORD in words

    def _note_seen(self, identity: Identity, platform: str, msg_id: str) -> None:
        self._store.run(
            "INSERT OR REPLACE INTO seen (key_id, platform, msg_id, seen_at) VALUES (?, ?, ?, ?)",
            identity.key_id,
            platform,
            msg_id,
            self._clock(),
        )

    def _add_turn(self, chat: Chat, identity: Identity, said: Said) -> int:
        cursor = self._store.run(
            "INSERT INTO turns (tenant_id, agent_id, platform, kind, chat_id, key_id, user_id,"
            " nickname, group_name, message_id, words, said_at, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')",
            *_columns(chat),
            identity.key_id,
            said.user_id,
            said.nickname,
            said.group_name,
            said.message_id,
            said.words,
            self._clock(),
        )
        assert cursor.lastrowid is not None, "INSERT 之后一定有行号"
        return cursor.lastrowid

    def _add_memory(self, number: int, chat: Chat, said: Said) -> None:
        self._store.run(
            "INSERT INTO memories (turn, tenant_id, agent_id, platform, kind, user_id,"
            " nickname, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            number,
            chat.tenant_id,
            chat.agent_id,
            chat.platform,
            chat.kind,
            said.user_id,
            said.nickname,
            said.words,
        )

    # —— 回答 ——

    def turn(self, number: int) -> Turn | None:
        """还等着回答的一句话；已答、已弃、已删都是 None。"""
        row = self._store.one("SELECT * FROM turns WHERE turn = ? AND state = 'waiting'", number)
        if row is None:
            return None
        place = (row["tenant_id"], row["agent_id"], row["platform"], row["kind"], row["chat_id"])
        return Turn(
            number=row["turn"],
            chat=Chat(*place),
            key_id=row["key_id"],
            user_id=row["user_id"],
            nickname=row["nickname"],
            group_name=row["group_name"],
            message_id=row["message_id"],
            words=row["words"],
        )

    def waiting(self) -> list[tuple[Chat, int]]:
        """全部还没回答的话，按到达次序；重启后从这里接着答。"""
        rows = self._store.all(
            "SELECT tenant_id, agent_id, platform, kind, chat_id, turn FROM turns"
            " WHERE state = 'waiting' ORDER BY turn"
        )
        return [(Chat(*tuple(row)[:5]), int(row["turn"])) for row in rows]

    def history(self, turn: Turn) -> list[Line]:
        """这个聊天到这句话为止的最近若干行；回复紧跟它答的那句，后来的话不在其中。

        行数之外另有总字数上限，超长的旧话不进提示词；正在答的这句总在最后。
        """
        rows = self._store.run(
            "SELECT nickname, words, reply FROM turns WHERE tenant_id = ? AND agent_id = ?"
            " AND platform = ? AND kind = ? AND chat_id = ? AND turn <= ?"
            " ORDER BY turn DESC LIMIT ?",
            *_columns(turn.chat),
            turn.number,
            HISTORY_LINES,
        )
        lines: list[Line] = []
        room = HISTORY_CHARS
        for row in rows:
            spoken = [] if row["reply"] is None else [Line(None, row["reply"])]
            spoken.append(Line(row["nickname"], row["words"]))
            room -= sum(len(line.words) for line in spoken)
            if lines and room < 0:
                break
            lines += spoken
        return lines[:HISTORY_LINES][::-1]

    def recall(self, turn: Turn) -> list[Memory]:
        """这句话之前记下、此处可以想起的最近若干件事，旧的在前。"""
        rows = self._store.all(
            "SELECT nickname, words FROM memories"
            " WHERE tenant_id = ? AND agent_id = ? AND turn < ? AND (kind = ?"
            " OR (kind = ? AND kind = ? AND platform = ? AND user_id = ?))"
            " ORDER BY turn DESC LIMIT ?",
            turn.chat.tenant_id,
            turn.chat.agent_id,
            turn.number,
            GROUP,
            PRIVATE,
            turn.chat.kind,
            turn.chat.platform,
            turn.user_id,
            MEMORY_LIMIT,
        )
        return [Memory(row["nickname"], row["words"]) for row in reversed(rows)]

    def settle(self, number: int, reply: str) -> None:
        """答完了；在事务里调用，与回复入队一同提交。"""
        self._store.run(
            "UPDATE turns SET state = 'answered', reply = ? WHERE turn = ?", reply, number
        )

    def drop(self, number: int) -> None:
        """不答了：提问的密钥已不能用。"""
        self._store.run("UPDATE turns SET state = 'dropped' WHERE turn = ?", number)

    def forget_seen(self) -> None:
        """清掉过了一小时的信封编号。"""
        self._store.run("DELETE FROM seen WHERE seen_at <= ?", self._clock() - SEEN_SECONDS)


def _columns(chat: Chat) -> tuple[str, str, str, str, str]:
    return chat.tenant_id, chat.agent_id, chat.platform, chat.kind, chat.chat_id
