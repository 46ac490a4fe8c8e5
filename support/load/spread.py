"""分布：延迟的直方图与分位数，几片的合起来与一片跑的一样准。

职责：HdrHistogram 的薄薄一层，单位换成秒。不做什么：不算句数。
"""

from __future__ import annotations

from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

#: 一微秒到一小时，三位有效数字。
_LOWEST, _HIGHEST, _DIGITS = 1, 3_600_000_000, 3
CUTS = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9}


class Spread:
    """一组延迟。"""

    def __init__(self, seconds: Iterable[float] = ()) -> None:
        self._histogram = HdrHistogram(_LOWEST, _HIGHEST, _DIGITS)
        for value in seconds:
            self._histogram.record_value(max(_LOWEST, min(_HIGHEST, round(value * 1e6))))

    def __len__(self) -> int:
        return int(self._histogram.total_count)

    def merge(self, other: Spread) -> None:
        """并进另一组。"""
        self._histogram.add(other._histogram)

    def at(self, share: float) -> float:
        """百分之 `share` 的话不超过的秒数。"""
        return float(self._histogram.get_value_at_percentile(share)) / 1e6

    def summary(self) -> dict[str, float] | None:
        """各分位数与最大值；一句也没有则为空。"""
        if not len(self):
            return None
        cuts = {name: self.at(share) for name, share in CUTS.items()}
        return {**cuts, "max": self._histogram.get_max_value() / 1e6}

    def curve(self) -> list[tuple[float, float]]:
        """分位数曲线：(百分比, 秒)，越到尾巴越密。"""
        if not len(self):
            return []
        shares = [*range(0, 90, 2), *(90 + i / 2 for i in range(19)), 99.5, 99.8, 99.9, 99.99, 100]
        return [(float(share), self.at(float(share))) for share in shares]

    def dump(self) -> str:
        """写成一行，别的机器读得回。"""
        encoded: bytes = self._histogram.encode()
        return encoded.decode()

    @classmethod
    def load(cls, text: str) -> Spread:
        """读回 :meth:`dump` 写的。"""
        spread = cls()
        spread._histogram = HdrHistogram.decode(text.encode())
        return spread
