"""实况：终端里的一行读数；不是终端就每两秒一行。

职责：显示。不做什么：不计算。
"""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from support.load.engine import Gauge
from support.load.profile import LoadProfile

_EVERY_S = 2.0


class LiveView:
    """一次压测的实况；用作上下文管理器。"""

    def __init__(self, profile: LoadProfile, console: Console) -> None:
        self._console, self._profile = console, profile
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("准备", total=profile.seconds)
        self._began = self._told = 0.0

    def __enter__(self) -> LiveView:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, gauge: Gauge) -> None:
        """一次读数。"""
        now = time.monotonic()
        self._began = self._began or now
        text = describe(gauge, now - self._began)
        done = min(now - self._began, self._profile.seconds)
        self._bar.update(self._task, completed=done, description=text)
        if not self._console.is_terminal and now - self._told >= _EVERY_S:
            self._told = now
            self._console.print(f"· {text}", highlight=False, soft_wrap=True)


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
