"""实况：终端里一张会刷新的小表；不是终端就每两秒一行。

职责：显示。不做什么：不作数：这里的分位数只看最近几秒，报告里的由流水算。
"""

from __future__ import annotations

import time
from collections import deque
from types import TracebackType

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from support.load.pace import WINDOW_S, Gauge, Pace, cut
from support.load.profile import LoadProfile

_EVERY_S = 2.0
#: 每秒几句，由隔着这么多次读数的两次相减得出。
_LAPS = 5
_MOST_TENANTS = 12


class LiveView:
    """一次压测的实况；用作上下文管理器。"""

    def __init__(self, profile: LoadProfile, console: Console) -> None:
        self._console, self._profile = console, profile
        self._screen = Live(console=console, transient=True, auto_refresh=False)
        self._laps: deque[tuple[float, dict[str, tuple[int, int]]]] = deque(maxlen=_LAPS)
        self._began = self._told = 0.0

    def __enter__(self) -> LiveView:
        if self._console.is_terminal:
            self._screen.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._screen.stop()

    def show(self, gauge: Gauge) -> None:
        """一次读数。"""
        now = time.monotonic()
        self._began = self._began or now
        if self._console.is_terminal:
            self._laps.append((now, _tallies(gauge)))
            self._screen.update(self.frame(gauge, now - self._began), refresh=True)
        elif now - self._told >= _EVERY_S:
            self._told = now
            self._console.print(
                f"· {describe(gauge, now - self._began)}", highlight=False, soft_wrap=True
            )

    def frame(self, gauge: Gauge, seconds: float) -> Group:
        """终端里的一屏：一行总数、进度、每家一行。"""
        total = self._profile.seconds
        bar = ProgressBar(total=total, completed=min(seconds, total), width=40)
        return Group(Text(describe(gauge, seconds)), bar, self._table(gauge))

    def _table(self, gauge: Gauge) -> Table:
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column("租户", overflow="fold")
        for head in ("每秒说", "每秒答", "等着", "p50 毫秒", "p99 毫秒"):
            table.add_column(head, justify="right", no_wrap=True)
        slowest = sorted(gauge.tenants, key=lambda name: -_p99(gauge.tenants[name]))
        everyone = Pace(gauge.said, gauge.replied)
        samples = [found for pace in gauge.tenants.values() for found in pace.latencies()]
        table.add_row(*self._row("全部", everyone, sorted(samples)))
        for name in slowest[:_MOST_TENANTS]:
            table.add_row(*self._row(name, gauge.tenants[name], gauge.tenants[name].latencies()))
        left = len(slowest) - _MOST_TENANTS
        table.caption = f"延迟只看最近 {WINDOW_S:g} 秒" + (
            f"；只列最慢的 {_MOST_TENANTS} 家，另有 {left} 家" if left > 0 else ""
        )
        return table

    def _row(self, name: str, pace: Pace, latencies: list[float]) -> list[Text]:
        said, replied = self._speed(name)
        told = (cut(latencies, share) for share in (0.5, 0.99))
        cells = [
            name, said, replied, str(max(0, pace.said - pace.replied)),
            *("—" if value is None else f"{value * 1000:.1f}" for value in told),
        ]  # fmt: skip
        return [Text(cell) for cell in cells]

    def _speed(self, name: str) -> tuple[str, str]:
        """每秒说与答；刚开始、或换了一段从头数时还说不出。"""
        if not self._laps:
            return "—", "—"
        (began, first), (ended, last) = self._laps[0], self._laps[-1]
        if ended <= began or name not in first or name not in last:
            return "—", "—"
        steps = [new - old for old, new in zip(first[name], last[name], strict=True)]
        if min(steps) < 0:
            return "—", "—"
        said, replied = (f"{step / (ended - began):.1f}" for step in steps)
        return said, replied


def _tallies(gauge: Gauge) -> dict[str, tuple[int, int]]:
    found = {name: (pace.said, pace.replied) for name, pace in gauge.tenants.items()}
    return {**found, "全部": (gauge.said, gauge.replied)}


def _p99(pace: Pace) -> float:
    return cut(pace.latencies(), 0.99) or 0.0


def describe(gauge: Gauge, seconds: float) -> str:
    """读数写成一行。"""
    bad = [
        f"{name} {number}"
        for name, number in (
            ("丢失", gauge.lost),
            ("拒绝", gauge.refused),
            ("断线", gauge.failed),
            ("越界", gauge.foreign),
        )
        if number
    ]
    behind = f"，发晚了 {gauge.behind * 1000:.0f} 毫秒" if gauge.behind > 0.05 else ""
    return (
        f"{seconds:.0f} 秒：说 {gauge.said}，答 {gauge.replied}"
        f"{'，' + '、'.join(bad) if bad else ''}{behind}"
    )
