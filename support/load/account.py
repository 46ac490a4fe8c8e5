"""逐句的账：由流水得出每一句的下场，再按租户、场景、平台、每一秒归拢。

职责：流水的纯函数，按列算。不做什么：不碰网络与时钟。
逐句核对：一丢一重不会互相抵消；恒有 发送 = 回复 + 丢失 + 拒绝，每句恰好一个下场。
延迟从排好的时刻算起；热身里的句子照样记账，只是不计入延迟。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from support.load.journal import Table, What

Column = Table


@dataclass(frozen=True, slots=True)
class Lines:
    """每句一行的列。`latency` 是秒，没有回复是 NaN；`timed` 是计入延迟的那些。"""

    line: Column
    voice: Column
    lane: Column
    due: Column
    said: Column
    latency: Column
    acked: Column
    replies: Column
    refused: Column
    failed: Column
    misplaced: Column
    timed: Column

    def __len__(self) -> int:
        return len(self.line)

    def pick(self, rows: Column) -> Lines:
        """其中的几行；`rows` 是行号。"""
        return Lines(*(getattr(self, one.name)[rows] for one in fields(self)))

    @property
    def replied(self) -> Column:
        """得到至少一条回复的。"""
        return self.replies > 0

    @property
    def lost(self) -> Column:
        """既没有回复，也没有被拒绝的。"""
        return ~self.replied & ~self.refused


def judge(events: Table, *, warm_until: float) -> Lines:
    """一片流水 → 每句一行。`warm_until` 是热身结束的单调钟秒。"""
    said = events[events["kind"] == What.SAID]
    said = said[np.argsort(said["line"], kind="stable")]
    lines = said["line"]
    where = _Finder(lines)
    heard = events[events["kind"] == What.HEARD]
    spot, known = where(heard["line"])
    first = np.full(len(lines), np.inf)
    np.minimum.at(first, spot, heard["at"][known])
    misplaced = np.bincount(
        spot, weights=heard["lane"][known] != said["lane"][spot], minlength=len(lines)
    )
    latency = np.where(np.isinf(first), np.nan, first - said["due"])
    return Lines(
        line=lines,
        voice=said["voice"],
        lane=said["lane"],
        due=said["due"],
        said=said["at"],
        latency=latency,
        acked=_marked(events, What.ACKED, where, len(lines)),
        replies=np.bincount(spot, minlength=len(lines)),
        refused=_marked(events, What.REFUSED, where, len(lines)) & np.isinf(first),
        failed=_marked(events, What.FAILED, where, len(lines)),
        misplaced=misplaced.astype(int),
        timed=~np.isnan(latency) & (said["due"] >= warm_until),
    )


class _Finder:
    """句号 → 第几行；不是这一片说的不算。"""

    def __init__(self, lines: Column) -> None:
        self._lines = lines

    def __call__(self, wanted: Column) -> tuple[Column, Column]:
        if not len(self._lines):
            return np.array([], int), np.zeros(len(wanted), bool)
        spot = np.minimum(np.searchsorted(self._lines, wanted), len(self._lines) - 1)
        known = self._lines[spot] == wanted
        return spot[known], known


def _marked(events: Table, what: What, where: _Finder, count: int) -> Column:
    spot, _ = where(events["line"][events["kind"] == what])
    return np.bincount(spot, minlength=count).astype(bool)


@dataclass(frozen=True, slots=True)
class Counts:
    """一组话的数目。"""

    sent: int
    acked: int
    replied: int
    lost: int
    refused: int
    duplicated: int
    foreign: int
    late: int
    out_of_order: int
    errors: int

    @property
    def reconciles(self) -> bool:
        """对得上账。"""
        return self.sent == self.replied + self.lost + self.refused


def count(lines: Lines, disorder: Column, patience: float) -> Counts:
    """这些句子的数目；`disorder` 是每句是否答在了后说的之后。"""

    def of(column: Column) -> int:
        return int(np.count_nonzero(column))

    return Counts(
        sent=len(lines),
        acked=of(lines.acked),
        replied=of(lines.replied),
        lost=of(lines.lost),
        refused=of(lines.refused),
        duplicated=int(np.maximum(lines.replies - 1, 0).sum()),
        foreign=int(lines.misplaced.sum()),
        late=of(np.nan_to_num(lines.latency) > patience),
        out_of_order=of(disorder),
        errors=of(lines.failed),
    )


def out_of_order(lines: Lines, chats: Sequence[int]) -> Column:
    """同一个聊天流里，先说的反而答在后说的之后；`chats` 是每位用户的聊天流。"""
    disorder = np.zeros(len(lines), bool)
    if not lines.replied.any():
        return disorder
    chat = np.asarray(chats, int)[lines.voice]
    order = np.lexsort((lines.said, chat))
    answered = (lines.due + lines.latency)[order]
    unheard = np.isnan(answered)
    answered -= np.nanmin(answered)
    # 后一个聊天流整个挪到前一个之后，一次倒着取最小就不会跨流；没答的垫在本流的最后。
    span = np.nanmax(answered) + 1.0
    start = np.concatenate(([0], np.cumsum(np.diff(chat[order]) != 0))) * span
    placed = start + np.where(unheard, span, answered)
    soonest = np.minimum.accumulate(placed[::-1])[::-1]
    disorder[order[:-1]] = (placed[:-1] > soonest[1:]) & ~unheard[:-1]
    return disorder


@dataclass(frozen=True, slots=True)
class Moments:
    """每句的三列：该说的秒（从开口算起）、延迟、计不计入。几片的接起来与一片的一样。"""

    due: Column
    latency: Column
    timed: Column

    @classmethod
    def of(cls, parts: Sequence[tuple[Lines, float]]) -> Moments:
        """各片的句子与它开口的秒；各机器的单调钟不相干，所以各减各的。"""
        return cls(
            np.concatenate([lines.due - began for lines, began in parts] or [np.array([])]),
            np.concatenate([lines.latency for lines, _ in parts] or [np.array([])]),
            np.concatenate([lines.timed for lines, _ in parts] or [np.array([], bool)]),
        )


def rate(moments: Moments) -> float:
    """热身之后，每秒答了几句。"""
    if not moments.timed.any():
        return 0.0
    ended = (moments.due + moments.latency)[moments.timed]
    span = max(float(ended.max() - moments.due[moments.timed].min()), 1e-9)
    return round(float(np.count_nonzero(moments.timed)) / span, 3)


def per_second(moments: Moments) -> list[dict[str, float]]:
    """每一秒说了几句、答了几句、这一秒该说的那些的延迟。"""
    if not len(moments.due):
        return []
    second = np.maximum(0, np.floor(moments.due)).astype(int)
    answered = moments.due + moments.latency
    done = np.floor(answered[~np.isnan(answered)]).astype(int)
    length = int(max(second.max(), done.max() if len(done) else 0)) + 1
    sent = np.bincount(second, minlength=length)
    replied = np.bincount(np.maximum(done, 0), minlength=length)
    rows: list[dict[str, float]] = []
    for number, here in enumerate(_by_second(moments, second, length)):
        p50, p99 = (float(np.percentile(here, q)) for q in (50, 99)) if len(here) else (0.0, 0.0)
        rows.append(
            {
                "second": number,
                "sent": int(sent[number]),
                "replied": int(replied[number]),
                "p50": round(p50, 6),
                "p99": round(p99, 6),
            }
        )
    return rows


def _by_second(moments: Moments, second: Column, length: int) -> list[Column]:
    """该说在各秒里、答了的那些的延迟；排一次序再切开，多少秒都只看一遍。"""
    answered = ~np.isnan(moments.latency)
    order = np.argsort(second[answered], kind="stable")
    cuts = np.searchsorted(second[answered][order], np.arange(1, length))
    return list(np.split(moments.latency[answered][order], cuts))
