"""手写台账：一行一件事，读起来就是发生过的事。

职责：替裁判、计数与合账的测试写台账；钟由测试自己拨。不做什么：不收发、不判断。
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.canary import Mint
from support.ledger import Ledger
from support.model import Event, Kind, Outcome, Owner, Scope, Surface

HELD, VIOLATED, INCONCLUSIVE = Outcome.HELD, Outcome.VIOLATED, Outcome.INCONCLUSIVE


def person(tenant: str, user: str = "小王", *, scenario: str = "HIST-01#1") -> Owner:
    """某家的一位用户：在 QQ 上和第一个智能体私聊。两家的用户编号故意相同。"""
    return Owner(f"{scenario}/{tenant}", "助手", "qq", "private:u1001", user)


TECH = person("科技公司")
EDU = person("教育机构")


class History:
    """一份正在写的台账。口令由它铸造；每个方法记下一件事。

    说话的方法返回口令，看见、听见的方法返回台账序号（即证据的编号）。
    """

    def __init__(
        self, path: Path | None = None, *, nonce: str = "手写", scenario: str = "HIST-01#1"
    ) -> None:
        self.now = 1000.0
        self.ledger = Ledger(path, mono=lambda: self.now, wall=lambda: self.now)
        self.ledger.scenario = scenario
        self._mint = Mint(nonce)
        self._speakers: dict[str, Owner] = {}

    @property
    def events(self) -> list[Event]:
        return self.ledger.events

    def wait(self, seconds: float) -> None:
        """把钟往前拨。"""
        self.now += seconds

    def plant(self, owner: Owner, words: str = "一句话", scope: Scope = Scope.CHAT) -> str:
        """登记一枚口令。"""
        token = self._mint.token()
        self.ledger.add(Kind.PLANTED, by=owner, token=token, scope=scope.value, words=words)
        return token

    def said(
        self, owner: Owner, words: str = "一句话", *, scope: Scope = Scope.CHAT, **notes: Any
    ) -> str:
        """说出一句带口令的话。"""
        token = self.plant(owner, words, scope)
        self._speakers[token] = owner
        text = f"{words}（{token}）"
        self.ledger.add(Kind.SAID, by=owner, token=token, text=text, words=words, **notes)
        return token

    def befell(self, kind: Kind, token: str, **data: Any) -> int:
        """这句话遇到一件事：确认、拒绝、失败、重发。"""
        return self.ledger.add(kind, by=self._speakers[token], token=token, **data).seq

    def heard(self, question: str, *mentions: str, by: Owner | None = None) -> int:
        """听到 `question` 的回复，里面还提到了 `mentions`。"""
        return self._saw(Kind.HEARD, Surface.REPLY, question, mentions, by)

    def prompted(self, question: str, *mentions: str, by: Owner | None = None, **data: Any) -> int:
        """模型看到答 `question` 的提示词，里面还有 `mentions`。"""
        return self._saw(Kind.PROMPT, Surface.PROMPT, question, mentions, by, **data)

    def answered(self, owner: Owner, words: str = "一句话", **notes: Any) -> str:
        """说出一句话并得到回复。"""
        token = self.said(owner, words, **notes)
        self.heard(token)
        return token

    def saw(self, observer: Owner, surface: Surface, text: str) -> int:
        """`observer` 在某个面上看到一段文字。"""
        kinds = {
            Surface.REPLY: Kind.HEARD,
            Surface.PROMPT: Kind.PROMPT,
            Surface.BODY: Kind.BODY,
        }
        return self.ledger.add(kinds[surface], by=observer, surface=surface, text=text).seq

    def _saw(
        self,
        kind: Kind,
        surface: Surface,
        question: str,
        mentions: tuple[str, ...],
        by: Owner | None,
        **data: Any,
    ) -> int:
        text = "，还记得".join((f"说到{question}", *mentions))
        by = by or self._speakers[question]
        event = self.ledger.add(kind, by=by, token=question, surface=surface, text=text, **data)
        return event.seq
