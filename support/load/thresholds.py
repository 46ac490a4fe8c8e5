"""过关的条件：``p99 < 2 s``、``丢失 = 0`` 这样的一句，对着数目与分布判。

职责：读与判，纯函数。不做什么：不采样。没有样本就判不了，不算过关。
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from support.errors import ConfigError
from support.model import Outcome

_COUNTS = {
    "丢失": "lost",
    "重复": "duplicated",
    "越界": "foreign",
    "乱序": "out_of_order",
    "迟到": "late",
    "拒绝": "refused",
    "错误": "errors",
}
_CUTS = ("p50", "p90", "p95", "p99", "p99.9", "最大")
_RATE = "速率"
_UNITS = {"s": 1.0, "秒": 1.0, "ms": 0.001, "毫秒": 0.001}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip
_FORM = re.compile(r"\s*(\S+?)\s*(<=|>=|<|>|=)\s*([\d.]+)\s*(\S*)\s*")


@dataclass(frozen=True, slots=True)
class Measured:
    """判条件要看的：句数、分位数（秒，没有样本为空）、每秒答的句数。"""

    counts: Mapping[str, int]
    latency: Mapping[str, float] | None
    rate: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """一个条件的结论。"""

    text: str
    outcome: Outcome
    actual: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """一个条件。`limit` 已换成秒、句数、百分比或每秒句数。"""

    text: str
    name: str
    compare: str
    limit: float
    unit: str

    @property
    def counts_only(self) -> bool:
        """跑着的时候就看得出来（只数句子）。"""
        return self.name in _COUNTS and self.unit != "%"

    def judge(self, measured: Measured) -> Judgement:
        """过关、没过，或没有样本判不了。"""
        actual = self._actual(measured)
        if actual is None:
            return Judgement(self.text, Outcome.INCONCLUSIVE, "没有样本")
        held = _COMPARE[self.compare](actual, self.limit)
        return Judgement(self.text, Outcome.HELD if held else Outcome.VIOLATED, self._show(actual))

    def _actual(self, measured: Measured) -> float | None:
        if self.name in _COUNTS:
            number = measured.counts[_COUNTS[self.name]]
            if self.unit != "%":
                return float(number)
            sent = measured.counts["sent"]
            return 100.0 * number / sent if sent else None
        if self.name == _RATE:
            return measured.rate if measured.counts["sent"] else None
        if measured.latency is None:
            return None
        return measured.latency["max" if self.name == "最大" else self.name]

    def _show(self, actual: float) -> str:
        if self.name in _COUNTS:
            return f"{actual:.3g} %" if self.unit == "%" else f"{actual:.0f} 句"
        return f"{actual:.1f} 句/秒" if self.name == _RATE else f"{actual * 1000:.1f} 毫秒"


def parse(text: str, where: str) -> Threshold:
    """读一个条件；写得不对抛 ConfigError，`where` 说是哪里写的。"""
    found = _FORM.fullmatch(text)
    names = (*_CUTS, *_COUNTS, _RATE)
    name, compare, number, unit = found.groups() if found else ("", "", "", "")
    units = _UNITS if name in _CUTS else {"", "%", "句"} if name in _COUNTS else {"", "句/秒"}
    try:
        limit = float(number)
    except ValueError:
        name = ""
    if name not in names or unit not in units:
        raise ConfigError(
            where,
            key="过关条件",
            found=text,
            allowed="名字 比较 数 单位；名字有 " + "、".join(names),
            fix='例："p99 < 2 s"、"丢失 = 0"、"丢失 < 1 %"',
        )
    return Threshold(text, name, compare, limit * _UNITS.get(unit, 1.0), unit)


def parse_all(texts: Sequence[str], where: str) -> tuple[Threshold, ...]:
    """逐条读。"""
    return tuple(parse(text, where) for text in texts)
