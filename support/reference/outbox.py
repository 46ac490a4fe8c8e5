"""待送的回复：每条回复先落盘，写到对方的连接上才算送达。

职责：按密钥与平台排队，按次序取出。不做什么：不碰连接（那是 `courier`）。
对方不在时排队有界：每把密钥每个平台至多 100 条、至多 24 小时，超出的先丢最旧的；在 ``/info`` 写明。
进程恰在“写出”与“划掉”之间被强杀时，重启后会再送一次。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from support.reference.store import Store

CAPACITY = 100
KEEP_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Destination:
    """一条回复的去处：问话的那把密钥、问话的那个平台。"""

    key_id: str
    platform: str


class Outbox:
    """待送回复的队列。"""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    def add(self, to: Destination, frame: str) -> None:
        """排到队尾；在事务里调用，与“答完了”一同提交。"""
        self._store.run(
            "INSERT INTO outbox (key_id, platform, frame, queued_at) VALUES (?, ?, ?, ?)",
            to.key_id,
            to.platform,
            frame,
            self._clock(),
        )

    def trim(self, to: Destination) -> None:
        """对方不在，只留最新的若干条。"""
        self._store.run(
            "DELETE FROM outbox WHERE key_id = ? AND platform = ? AND id <= (SELECT id FROM outbox"
            " WHERE key_id = ? AND platform = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            to.key_id,
            to.platform,
            to.key_id,
            to.platform,
            CAPACITY,
        )

    def first(self, to: Destination) -> tuple[int, str] | None:
        """队首还没过期的回复。"""
        row = self._store.one(
            "SELECT id, frame FROM outbox WHERE key_id = ? AND platform = ? AND queued_at > ?"
            " ORDER BY id LIMIT 1",
            to.key_id,
            to.platform,
            self._clock() - KEEP_SECONDS,
        )
        return None if row is None else (int(row["id"]), str(row["frame"]))

    def delivered(self, entry: int) -> None:
        """送达了，划掉；从此不会再送。"""
        self._store.run("DELETE FROM outbox WHERE id = ?", entry)

    def forget_stale(self) -> None:
        """清掉过了 24 小时的回复。"""
        self._store.run("DELETE FROM outbox WHERE queued_at <= ?", self._clock() - KEEP_SECONDS)
