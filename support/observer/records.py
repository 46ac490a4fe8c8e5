"""记录簿：模型端点看见的每一次请求。有界，挤掉最旧的并如实报数。

不做什么：不存完整密钥（只存指纹与首尾），不判断。
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from support.ledger import mask
from support.observer.bell import Bell
from support.observer.call import REPLY, Call

KEEP = 50_000
KEEP_CHARS = 64_000_000  # 提示词总字数的上限，约 128 MB


@dataclass(slots=True)
class Record:
    """一次请求。只有 `outcome`、`answer` 与 `ended` 会在作答时改写。

    `mono`、`ended` 是请求读完与应答送出的时刻，同一只单调钟的秒数；还没答完的 `ended` 是 0。
    """

    seq: int
    wall: float
    mono: float
    path: str
    key_fp: str
    key_hint: str
    model: str
    stream: bool
    params: dict[str, Any]
    prompt: str
    tail: str
    clock: Callable[[], float] = field(repr=False)
    answer: str = ""
    outcome: str = "pending"
    #: 这是部署的哪一步（剧本认出来的）；认不出是 unplaced。
    kind: str = ""
    #: 正在答的那句话的口令；剧本没说就是空，归属看 `tail`。
    asked: str = ""
    ended: float = 0.0

    def row(self) -> dict[str, Any]:
        """写成 JSON 的一行。"""
        return {name: getattr(self, name) for name in self.__slots__ if name != "clock"}

    def finish(self, outcome: str, answer: str = "") -> None:
        """定案；要在应答的最后一个字节送出之前调用。"""
        self.outcome, self.answer, self.ended = outcome, answer, self.clock()

    @property
    def unfinished(self) -> bool:
        """还没定案。"""
        return self.outcome in ("pending", "held")


def fingerprint(key: str) -> str:
    """密钥的指纹：认得出是不是同一把，反推不出原文。"""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()[:16] if key else ""


def _hide(text: str, key: str) -> str:
    """抹掉正文里的密钥；太短的不算密钥，免得误伤平常的词。"""
    return text.replace(key, mask(key)) if len(key) > 8 else text


class Records:
    """按次序收着最近的记录；新记录到来时按门铃。"""

    def __init__(
        self,
        *,
        mono: Callable[[], float],
        wall: Callable[[], float],
        keep: int = KEEP,
        keep_chars: int = KEEP_CHARS,
    ) -> None:
        self.bell = Bell()
        self.last = 0
        self.dropped = 0
        self._mono, self._wall = mono, wall
        self._keep, self._keep_chars = keep, keep_chars
        self._chars = 0
        self._rows: deque[Record] = deque()

    def add(self, call: Call, *, path: str, key: str, kind: str = REPLY, asked: str = "") -> Record:
        """记下一次刚读完的请求。"""
        self.last += 1
        record = Record(
            seq=self.last,
            wall=self._wall(),
            mono=self._mono(),
            path=path,
            key_fp=fingerprint(key),
            key_hint=mask(key) if key else "",
            model=call.model,
            stream=call.stream,
            params=call.params,
            prompt=_hide(call.prompt, key),
            tail=_hide(call.tail, key),
            clock=self._mono,
            kind=kind,
            asked=asked,
        )
        self._rows.append(record)
        self._chars += len(record.prompt)
        self._shrink()
        self.bell.ring()
        return record

    def after(self, seq: int) -> list[Record]:
        """比 `seq` 新的记录，从旧到新。"""
        newer = list(takewhile(lambda record: record.seq > seq, reversed(self._rows)))
        return newer[::-1]

    def _shrink(self) -> None:
        """挤掉最旧的；最新的一条无论多大都留着。"""
        while len(self._rows) > 1 and (
            len(self._rows) > self._keep or self._chars > self._keep_chars
        ):
            self._chars -= len(self._rows.popleft().prompt)
            self.dropped += 1
