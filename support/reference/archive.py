"""档案：聊天历史、长期记忆、见过的信封编号。

职责：一句话属于哪个聊天、记得哪些话、想起哪些事、引用的是哪句、是不是重复——每个决定一个方法。
不做什么：不判断密钥、不拼提示词、不定收不收（`intake`）。

聊天 = 租户 × 智能体 × 平台 × 种类（私聊/群聊）× 编号，五列分开存、逐列精确比较，从不拼成一个串。
记忆：话里有“记住”就记下。群里说的，本智能体的任何聊天都可想起；私下说的，只在同一平台、
同一用户的私聊里想起。信封编号只在同一把密钥、同一平台内、一小时之内算重复。
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from support.reference.access import Identity
from support.reference.frames import Said
from support.reference.segments import IMAGE, QUOTE, Piece
from support.reference.store import Store

PRIVATE, GROUP = "private", "group"
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
    """等着回答的一句话；`pieces` 不空就还要读懂，`notice` 不空就照着回、不问模型。"""

    number: int
    chat: Chat
    key_id: str
    user_id: str
    nickname: str
    group_name: str
    message_id: str
    words: str
    pieces: tuple[Piece, ...]
    notice: str | None


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

    def note_seen(self, identity: Identity, platform: str, msg_id: str) -> None:
        """记下这个信封编号。"""
        self._store.run(
            "INSERT OR REPLACE INTO seen (key_id, platform, msg_id, seen_at) VALUES (?, ?, ?, ?)",
            identity.key_id,
            platform,
            msg_id,
            self._clock(),
        )

    def add_turn(
        self, chat: Chat, identity: Identity, said: Said, notice: str | None = None
    ) -> int:
        """记下一句等着回答的话；照着 `notice` 回的话不留正文。"""
        cursor = self._store.run(
            "INSERT INTO turns (tenant_id, agent_id, platform, kind, chat_id, key_id, user_id,"
            " nickname, group_name, message_id, words, said_at, state, pieces, notice)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)",
            *columns(chat),
            identity.key_id,
            said.user_id,
            said.nickname,
            said.group_name,
            said.message_id,
            said.utterance.words if notice is None else "",
            self._clock(),
            _written(said.utterance.pieces) if notice is None else None,
            notice,
        )
        assert cursor.lastrowid is not None, "INSERT 之后一定有行号"
        return cursor.lastrowid

    def add_memory(self, number: int, chat: Chat, said: Said) -> None:
        """把这句话记进长期记忆。"""
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
            said.utterance.words,
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
            pieces=_read(row["pieces"]),
            notice=row["notice"],
        )

    def waiting(self) -> list[tuple[Chat, int]]:
        """全部还没回答的话，按到达次序；重启后从这里接着答。"""
        rows = self._store.all(
            "SELECT tenant_id, agent_id, platform, kind, chat_id, turn FROM turns"
            " WHERE state = 'waiting' ORDER BY turn"
        )
        return [(Chat(*tuple(row)[:5]), int(row["turn"])) for row in rows]

    def history(self, turn: Turn, limit: int) -> list[Line]:
        """这个聊天到这句话为止的最近 `limit` 行；回复紧跟它答的那句，后来的话不在其中。

        行数之外另有总字数上限，超长的旧话不进提示词；正在答的这句总在最后。
        """
        rows = self._store.run(
            "SELECT nickname, words, reply FROM turns WHERE tenant_id = ? AND agent_id = ?"
            " AND platform = ? AND kind = ? AND chat_id = ? AND turn <= ? AND notice IS NULL"
            " ORDER BY turn DESC LIMIT ?",
            *columns(turn.chat),
            turn.number,
            limit,
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
        return lines[:limit][::-1]

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

    def quoted(self, turn: Turn, message_id: str) -> Line | None:
        """这个聊天里、这句话之前，编号为 `message_id` 的最近一句；机器人的回复也算。"""
        said = self._newest(turn, "message_id", message_id)
        replied = self._newest(turn, "reply_id", message_id)
        if replied is not None and (said is None or said["turn"] <= replied["turn"]):
            return Line(None, replied["reply"])
        return None if said is None else Line(said["nickname"], said["words"])

    def _newest(self, turn: Turn, column: str, message_id: str) -> sqlite3.Row | None:
        return self._store.one(
            "SELECT turn, nickname, words, reply FROM turns WHERE tenant_id = ? AND agent_id = ?"
            f" AND platform = ? AND kind = ? AND chat_id = ? AND turn < ? AND {column} = ?"
            " AND notice IS NULL ORDER BY turn DESC LIMIT 1",
            *columns(turn.chat),
            turn.number,
            message_id,
        )

    def understand(self, number: int, words: str) -> None:
        """读懂了：聊天记录与长期记忆里都换成读懂之后的样子，图片本身不再留着。"""
        with self._store.transaction():
            self._store.run(
                "UPDATE turns SET words = ?, pieces = NULL WHERE turn = ?", words, number
            )
            self._store.run("UPDATE memories SET words = ? WHERE turn = ?", words, number)

    def settle(self, number: int, reply: str, reply_id: str) -> None:
        """答完了；在事务里调用，与回复入队一同提交。"""
        self._store.run(
            "UPDATE turns SET state = 'answered', reply = ?, reply_id = ? WHERE turn = ?",
            reply,
            reply_id,
            number,
        )

    def discard(self, number: int) -> None:
        """不留在聊天记录里；在事务里调用。"""
        self._store.run("DELETE FROM turns WHERE turn = ?", number)

    def drop(self, number: int) -> None:
        """不答了：提问的密钥已不能用。"""
        self._store.run("UPDATE turns SET state = 'dropped', pieces = NULL WHERE turn = ?", number)

    def forget_seen(self) -> None:
        """清掉过了一小时的信封编号。"""
        self._store.run("DELETE FROM seen WHERE seen_at <= ?", self._clock() - SEEN_SECONDS)


def columns(chat: Chat) -> tuple[str, str, str, str, str]:
    """一个聊天的五列，按表里的次序。"""
    return chat.tenant_id, chat.agent_id, chat.platform, chat.kind, chat.chat_id


def _written(pieces: tuple[Piece, ...]) -> str | None:
    """还要读懂的段；全是文字就不必另存。"""
    if not any(piece.kind in (IMAGE, QUOTE) for piece in pieces):
        return None
    return json.dumps([[piece.kind, piece.data] for piece in pieces], ensure_ascii=False)


def _read(written: str | None) -> tuple[Piece, ...]:
    return () if written is None else tuple(Piece(*pair) for pair in json.loads(written))
