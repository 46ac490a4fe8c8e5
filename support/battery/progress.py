"""终端：一行一个变异体的下场，人在终端前时再加一条进度条。

职责：显示。不做什么：不判断。
"""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape

from support.battery.verdict import Fate, Judged
from support.model import Outcome
from support.records import parse_record
from support.running.console import progress_bar

_COLOURS = {
    Fate.KILLED: "green",
    Fate.OVERKILL: "bold magenta",
    Fate.CRASHED: "yellow",
    Fate.SURVIVED: "bold red",
    Fate.INVALID: "yellow",
}


class BatteryProgress:
    """一次变异检验的进度；用作上下文管理器。"""

    def __init__(self, planned: int, console: Console) -> None:
        self._console = console
        self._done, self._planned = 0, planned
        self._bar = progress_bar(console)
        self._task = self._bar.add_task("变异体", total=planned)

    def __enter__(self) -> BatteryProgress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def judged(self, judged: Judged) -> None:
        """一个变异体有了下场。"""
        self._done += 1
        self._bar.update(self._task, completed=self._done)
        case, colour = judged.case, _COLOURS[judged.fate]
        red = sum(seen.outcome is Outcome.VIOLATED for seen in judged.seen.values())
        self._print(
            f"[{self._done}/{self._planned}] [{colour}]{judged.fate.value}[/] {escape(case.title)}"
            f"（{case.name}）红 {red} 绿 {len(judged.seen) - red} {judged.duration_s:.1f}s"
        )
        for reason in judged.reasons:
            self._print(f"    {escape(reason.splitlines()[0])}")

    def cleaning(self, planned: int) -> None:
        """开始复原的那一遍。"""
        self._print(f"复原：没写错的服务上再跑一遍，{planned} 个场景")
        self._bar.reset(self._task, total=planned, description="复原")

    def hear(self, kind: str, text: str) -> None:
        """复原的那一遍里的一件事：绿的只走进度，不绿的写出来。"""
        if kind != "scenario":
            return
        record = parse_record(text)
        self._bar.advance(self._task)
        if record.verdict is not Outcome.HELD:
            head = record.reason.splitlines()[0] if record.reason else ""
            self._print(f"    {record.verdict.value} {record.id} {escape(head)}")

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)
