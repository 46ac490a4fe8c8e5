"""场记：本场景里谁说过什么、问过什么、改过什么，句子里的“这句话”靠它找回来。

职责：登记与查找；查不到就用中文说清前面缺了什么。不做什么：不收发、不判断。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.errors import Inconclusive
from support.phrases import Speaker


@dataclass(frozen=True, slots=True)
class Listing:
    """管理面一次名录：列出的编号、它名下应有的编号、自报总数、台账序号。"""

    listed: set[str]
    own: set[str]
    total: int
    event: int


class Notebook:
    """一个场景的场记。话以口令为号。"""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._asked: list[tuple[Speaker, str]] = []
        self._personas: dict[str, str] = {}
        self._topics: Sequence[str] = ()
        self.knocks: list[str] = []
        #: 平时说的、邻居吵闹时说的话。
        self.quiet: list[str] = []
        self.loud: list[str] = []

    def note_told(self, words: str, token: str) -> None:
        """说过（准备阶段）的一句话。"""
        self._told[words] = token

    def note_asked(self, speaker: Speaker, token: str) -> None:
        """问出（事件阶段）的一句话。"""
        self._asked.append((speaker, token))

    def note_persona(self, words: str, token: str) -> None:
        """一段新人设。"""
        self._personas[words] = token

    def note_topics(self, topics: Sequence[str]) -> None:
        """正在聊的场景的话题。"""
        self._topics = topics

    def question(self, asker: Speaker | str) -> str:
        """这位（或这家）最近问的一句。"""
        for speaker, token in reversed(self._asked):
            if asker in (speaker, speaker.tenant):
                return token
        raise Inconclusive("他还没有开过口，无从判断")

    def told(self, words: str) -> str:
        """前面说过的那句话。"""
        return self._find(self._told, words)

    def persona(self, words: str) -> str:
        """前面改成的那段人设。"""
        return self._find(self._personas, words)

    @staticmethod
    def _find(table: dict[str, str], words: str) -> str:
        if words not in table:
            raise Inconclusive(f"前面没有出现过“{words}”")
        return table[words]

    def topics(self) -> Sequence[str]:
        """正在聊的场景的话题；没有聊过就无从谈起。"""
        if not self._topics:
            raise Inconclusive("还没有聊过任何场景")
        return self._topics

    def all_told(self) -> list[str]:
        """准备阶段说过的全部话。"""
        return list(self._told.values())

    def all_asked(self, tenant: str = "") -> list[str]:
        """事件阶段的全部话，按开口次序；`tenant` 非空时只取那一家。"""
        return [token for speaker, token in self._asked if tenant in ("", speaker.tenant)]

    def all_lines(self) -> list[str]:
        """两个阶段的全部话。"""
        return [*self.all_told(), *self.all_asked()]
