"""说法：一个聊天里教过的话是什么意思。

职责：认出教说法的话、记下、想起。不做什么：不懂它的意思，整句照记。
说法只属于教它的那个聊天，不随聊天记录的行数淡忘。
"""

from __future__ import annotations

from support.reference.archive import Chat, Turn, columns
from support.reference.frames import Said
from support.reference.store import Store

SAYING_CHARS = 200
SAYINGS_LIMIT = 20


class Sayings:
    """各个聊天的说法。"""

    def __init__(self, store: Store) -> None:
        self._store = store

    def learn(self, number: int, chat: Chat, said: Said) -> None:
        """听一句话；在收话的事务里调用。"""
        spoken = said.utterance.spoken
        if not self.teaches(spoken):
            return
        self._store.run(
            "INSERT INTO sayings (turn, tenant_id, agent_id, platform, kind, chat_id, words)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            number,
            *columns(chat),
            spoken[:SAYING_CHARS],
        )

    def teaches(self, spoken: str) -> bool:
        """“…就是…的意思”或“我们管…叫…”。"""
        return _has_pair(spoken, "就是", "的意思", lead=1) or _has_pair(spoken, "我们管", "叫")

    def known(self, turn: Turn) -> list[str]:
        """这个聊天在这句话之前教过的最近若干个说法，旧的在前。"""
        rows = self._store.all(
            "SELECT words FROM sayings WHERE tenant_id = ? AND agent_id = ? AND platform = ?"
            " AND kind = ? AND chat_id = ? AND turn < ? ORDER BY turn DESC LIMIT ?",
            *columns(turn.chat),
            turn.number,
            SAYINGS_LIMIT,
        )
        return [str(row["words"]) for row in reversed(rows)]


def _has_pair(text: str, first: str, second: str, *, lead: int = 0) -> bool:
    """`first` 之后隔着至少一个字有 `second`；`first` 之前至少有 `lead` 个字。"""
    at = text.find(first, lead)
    return at >= 0 and text.find(second, at + len(first) + 1) >= 0
