"""步调：一家租户眼下说了多少、答了多少、最近几秒等多久；只供实况。

职责：给正在跑的引擎数数，给实况合并几片。不做什么：不进报告；作数的账由流水算。
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

#: 只看最近这么多秒；再多也只留最近这么多句，内存不长。
WINDOW_S, _MOST = 5.0, 400


@dataclass(slots=True)
class Pace:
    """一家的步调。`recent` 是最近的 (单调钟秒, 延迟)。"""

    said: int = 0
    replied: int = 0
    recent: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_MOST))

    def forget(self, now: float) -> None:
        """去掉太旧的。"""
        while self.recent and self.recent[0][0] < now - WINDOW_S:
            self.recent.popleft()

    def latencies(self) -> list[float]:
        """最近几秒的延迟，从小到大。"""
        return sorted(latency for _, latency in self.recent)


def merge(into: dict[str, Pace], other: Mapping[str, Pace]) -> None:
    """并进另一片的；同名的租户在几片里都有时，数目相加。"""
    for name, pace in other.items():
        here = into.setdefault(name, Pace())
        here.said += pace.said
        here.replied += pace.replied
        here.recent.extend(pace.recent)


def cut(latencies: list[float], share: float) -> float | None:
    """排好序的延迟里的一个分位数；没有样本为空。"""
    if not latencies:
        return None
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))]


@dataclass(slots=True)
class Gauge:
    """正在跑的一片的读数，供实况显示。"""

    said: int = 0
    replied: int = 0
    lost: int = 0
    foreign: int = 0
    refused: int = 0
    failed: int = 0
    behind: float = 0.0
    #: 租户 → 它的步调。
    tenants: dict[str, Pace] = field(default_factory=dict)
