"""时间上的一列读数太长时，合并相邻的几秒，好画在一行或一幅图里。

职责：纯函数。不做什么：不排版。合并时延迟取最慢的，免得尖峰被抹平。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TICKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Moment:
    """一段时间的读数：从第几秒起、每秒说与答几句、延迟（秒；这一段没有样本为空）。"""

    second: float
    sent: float
    replied: float
    p50: float | None
    p99: float | None


def span(seconds: Sequence[Mapping[str, Any]], most: int) -> int:
    """要画成至多 `most` 点，每点得是几秒。"""
    return max(1, -(-len(seconds) // most))


def moments(seconds: Sequence[Mapping[str, Any]], most: int) -> list[Moment]:
    """合并成至多 `most` 点。"""
    step = span(seconds, most)
    parts = (seconds[start : start + step] for start in range(0, len(seconds), step))
    return [
        Moment(
            second=float(part[0]["second"]),
            sent=sum(row["sent"] for row in part) / len(part),
            replied=sum(row["replied"] for row in part) / len(part),
            p50=_slowest(row["p50"] for row in part),
            p99=_slowest(row["p99"] for row in part),
        )
        for part in parts
    ]


def _slowest(values: Iterable[float]) -> float | None:
    """一秒里没有样本时结果里写的是 0；延迟不会真的是 0。"""
    return max((float(value) for value in values if value), default=None)


def sparkline(values: Sequence[float | None]) -> str:
    """一行小图；0 与没有读数的地方是一点。"""
    top = max((value for value in values if value is not None), default=0.0)
    last = len(_TICKS) - 1
    return "".join(_TICKS[round(value / top * last)] if value else "·" for value in values)
