"""看护：几片一起跑时凑总数、判要不要提前停、记住被打断。

职责：听各片报来的读数，决定它们要不要停。不做什么：不跑、不显示、不判卷。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from support.load.pace import Gauge, merge
from support.load.thresholds import Measured, Threshold
from support.model import Outcome


class Supervisor:
    """看着各片：凑总数、判要不要提前停、记住被打断。"""

    def __init__(self, abort_on: Sequence[Threshold], show: Callable[[Gauge], None]) -> None:
        self._abort_on, self._show = abort_on, show
        self._gauges: dict[int, Gauge] = {}
        self.interrupted, self.aborted = False, ""

    def of(self, number: int) -> Callable[[Gauge], bool]:
        """第 `number` 片报读数用的；返回假是叫它停。"""

        def report(gauge: Gauge) -> bool:
            self._gauges[number] = gauge
            total = self.total()
            self._show(total)
            self._check(total)
            return not self.stopping

        return report

    @property
    def stopping(self) -> bool:
        """被打断，或者提前停下的条件成立了。"""
        return bool(self.interrupted or self.aborted)

    def total(self) -> Gauge:
        """各片的和；落后取最多的。"""
        total = Gauge()
        for gauge in self._gauges.values():
            for name in ("said", "replied", "lost", "foreign", "refused", "failed"):
                setattr(total, name, getattr(total, name) + getattr(gauge, name))
            total.behind = max(total.behind, gauge.behind)
            merge(total.tenants, gauge.tenants)
        return total

    def _check(self, total: Gauge) -> None:
        counts = {
            "sent": total.said, "lost": total.lost, "foreign": total.foreign,
            "refused": total.refused, "errors": total.failed,
            "duplicated": 0, "out_of_order": 0, "late": 0,
        }  # fmt: skip
        for condition in self._abort_on:
            found = condition.judge(Measured(counts, None, 0.0))
            if found.outcome is Outcome.HELD and not self.aborted:
                self.aborted = f"{condition.text} 成立（{found.actual}），提前停下"

    def interrupt(self) -> None:
        """按了 Ctrl-C：不再开口，收完就停。"""
        self.interrupted = True
