"""终端：一行一个场景的进度，人在终端前时再加一条进度条。

职责：显示。不做什么：不计算、不判断。回调来自读取线程，rich 自己加锁。
"""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from support.known import describe
from support.model import Outcome
from support.records import parse_record

_COLOURS = {
    Outcome.HELD: "green",
    Outcome.VIOLATED: "bold red",
    Outcome.KNOWN: "magenta",
    Outcome.INCONCLUSIVE: "yellow",
    Outcome.SKIPPED: "dim",
}


def progress_bar(console: Console) -> Progress:
    """一条进度条：做完几件、一共几件、用了多久；没有人在终端前就不显示。"""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


class LiveProgress:
    """一次运行的进度；用作上下文管理器。"""

    def __init__(self, planned: int, console: Console) -> None:
        self._console = console
        self._done, self._planned = 0, planned
        self._bar = progress_bar(console)
        self._task = self._bar.add_task("场景", total=planned)

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def hear(self, kind: str, text: str) -> None:
        """工作进程报来的一件事：场景结束、对话进展或一句说明。"""
        if kind == "scenario":
            self._finished(text)
        elif kind == "progress":
            self._bar.update(self._task, description=text)
        else:
            self._console.print(f"· {escape(text)}", highlight=False, soft_wrap=True)

    def _finished(self, line: str) -> None:
        record = parse_record(line)
        self._done += 1
        self._bar.update(self._task, completed=self._done, description=record.id)
        colour = _COLOURS[record.verdict]
        head = f"[{colour}]{record.verdict.value}[/]"
        tail = f"  {escape(record.reason.splitlines()[0])}" if record.reason else ""
        if record.known is not None and record.verdict is not Outcome.HELD:
            tail += f"（已知，{escape(describe(record.known.since, record.known.reason))}）"
        self._console.print(
            f"[{self._done}/{self._planned}] {head} {record.id} {escape(record.name)}"
            f" {record.duration_s:.2f}s{tail}",
            highlight=False,
            soft_wrap=True,
        )
