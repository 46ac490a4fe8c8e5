"""判卷时重扫：还原转义与变形之后，每一帧、每份提示词里有没有不该有的口令。

职责：纯函数。不做什么：不读盘、不说话。它的结论作数；跑着时看见的只供实况。
一枚口令只许出现在说它的那个聊天流里：别家的、别的场景的、同一家别的用户私聊里的，都是越界。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from support.canary import Numbering, find_tokens
from support.ledger import Redactor
from support.load.crowd import Resident
from support.load.evidence import decoded

_MOST = 200
#: 认不出归谁的提示词：只能看它答的是哪一句。
NOWHERE = 65535


@dataclass(frozen=True, slots=True)
class Trespass:
    """一次越界：谁的（住处编号）、被谁、在哪里、那枚口令、原文。"""

    owner: int
    observer: int
    surface: str
    token: str
    text: str


@dataclass(slots=True)
class Scan:
    """扫的结果。`found` 是 (主人, 看见的人, 在哪里) → 次数；`shown` 留着头几条原文。"""

    scanned: int = 0
    unplaced: int = 0
    found: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    shown: list[Trespass] = field(default_factory=list)


class Scanner:
    """一次压测的全部口令归谁。`chat_of` 是句号 → 聊天流，-1 是没有说过这一句。"""

    def __init__(
        self, residents: Sequence[Resident], numbering: Numbering, chat_of: Sequence[int]
    ) -> None:
        self._numbering, self._chat_of = numbering, chat_of
        self._residents = residents
        self._by_prefix = {numbering.prefix(one.tenant): one.tenant for one in residents}
        self._own = {token: one.tenant for one in residents for token in one.allowed}
        self._redactor = Redactor()

    def scan(self, frames: Iterable[tuple[int, bytes]], surface: str, into: Scan) -> None:
        """逐帧扫，并进 `into`。"""
        for place, frame in frames:
            into.scanned += 1
            text = decoded(frame)
            self._judge(place, text, find_tokens(text), surface, into)

    def _judge(
        self, place: int, text: str, tokens: Sequence[str], surface: str, into: Scan
    ) -> None:
        asked = next((t for t in tokens if self._home(t) is not None and t not in self._own), None)
        if place == NOWHERE:
            home = self._home(asked) if asked else None
            if home is None:
                into.unplaced += 1
                return
            place = home
        chat = self._chat(asked) if asked and self._home(asked) == place else None
        for token in tokens:
            owner = self._home(token)
            if owner is None or self._may_see(place, chat, token, owner):
                continue
            into.found[owner, place, surface] += 1
            if len(into.shown) < _MOST:
                shown = self._redactor.text(text[:600])
                into.shown.append(Trespass(owner, place, surface, token, shown))

    def _may_see(self, place: int, chat: int | None, token: str, owner: int) -> bool:
        if token in self._own:
            return self._residents[owner].household == self._residents[place].household
        if owner != place:
            return False
        return chat is None or self._chat(token) == chat

    def _home(self, token: str) -> int | None:
        """口令是哪一处的；不是这一次运行的为空。"""
        own = self._own.get(token)
        return own if own is not None else self._by_prefix.get(token[: len("zx") + 4])

    def _chat(self, token: str) -> int | None:
        line = self._numbering.line(token)
        chat = int(self._chat_of[line]) if line < len(self._chat_of) else -1
        return None if chat < 0 else chat
