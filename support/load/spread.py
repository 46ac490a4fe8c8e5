"""分布：延迟的直方图与分位数，几片的合起来与一片跑的一样准。

职责：HdrHistogram 的薄薄一层，单位换成秒。不做什么：不算句数。
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hdrh.histogram import HdrHistogram

#: 一微秒到一小时，三位有效数字。
_LOWEST, _HIGHEST, _DIGITS = 1, 3_600_000_000, 3
CUTS = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9}
_CURVE = [*map(float, range(0, 90, 2)), *(90 + i / 2 for i in range(19)), 99.5, 99.8, 99.9,
          99.99, 100.0]  # fmt: skip
#: 秒，一列或一串。
Column = Any


class Spread:
    """一组延迟。"""

    def __init__(self, seconds: Column = ()) -> None:
        self._histogram = HdrHistogram(_LOWEST, _HIGHEST, _DIGITS)
        self._found: dict[float, float] | None = None
        micros = np.clip(np.rint(np.asarray(seconds, float) * 1e6), _LOWEST, _HIGHEST)
        for value, times in zip(*np.unique(micros.astype(int), return_counts=True), strict=True):
            self._histogram.record_value(int(value), int(times))

    def __len__(self) -> int:
        return int(self._histogram.total_count)

    def merge(self, other: Spread) -> None:
        """并进另一组。"""
        self._histogram.add(other._histogram)
        self._found = None

    def _values(self) -> dict[float, float]:
        """百分之几的话不超过多少秒；要的一遍数齐，逐个问要各数一遍。"""
        if self._found is None:
            shares = [*_CURVE, *CUTS.values()]
            found = self._histogram.get_percentile_to_value_dict(shares)
            self._found = {share: value / 1e6 for share, value in found.items()}
        return self._found

    def summary(self) -> dict[str, float] | None:
        """各分位数与最大值；一句也没有则为空。"""
        if not len(self):
            return None
        cuts = {name: self._values()[share] for name, share in CUTS.items()}
        return {**cuts, "max": self._histogram.get_max_value() / 1e6}

    def curve(self) -> list[tuple[float, float]]:
        """分位数曲线：(百分比, 秒)，越到尾巴越密。"""
        return [(share, self._values()[share]) for share in _CURVE] if len(self) else []

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
