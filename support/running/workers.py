"""工作进程：把计划好的场景分给若干 ``python -m behave``，看着它们跑完。

职责：分片、起进程、转述进度、把 Ctrl-C 有序地传下去。不做什么：不算结果。
工作进程自成会话：终端的 Ctrl-C 只到运行器，由它决定何时传给谁，免得收场又被打断。
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from support.records import Scene
from support.targets.embedded import TOKEN_ENV, Endpoints
from support.targets.process import Command, Launch, fresh

#: Ctrl-C 之后给工作进程收场的秒数，过了就强行结束，没收完的成了残留；等不及可以再按一次。
_GRACE_S = 60.0


@dataclass(frozen=True, slots=True)
class Assignment:
    """交给每个工作进程的公共信息。"""

    root: Path
    run_dir: Path
    run_id: str
    config: Path
    seed: int
    pace: float
    concurrent_users: int
    control_url: str | None
    server_url: str | None
    endpoints: Endpoints
    #: 测本机的哪一类实例；None 表示听配置的。
    target: str | None = None
    #: 等一句回复的秒数；None 表示听配置的。
    patience: float | None = None
    #: 是否留下 Allure 结果；变异检验的各次试验没有人看，省下排版的用时。
    allure: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """工作进程们的结局。"""

    interrupted: bool
    timed_out: bool
    folders: tuple[Path, ...]


def run_workers(
    assignment: Assignment,
    scenes: Sequence[Scene],
    count: int,
    *,
    deadline_s: float,
    hear: Callable[[str, str], None],
    started: Callable[[Callable[[], None]], None] = lambda interrupt: None,
    launch: Launch = fresh,
) -> Ended:
    """跑完全部场景。`hear(种类, 内容)` 转述进度，在读取线程里被调用。

    在主线程里，Ctrl-C 会让它收场；在别的线程里跑时，`started` 收到一个让它收场的函数；
    `launch` 决定进程从哪里来。
    """
    shares = [scenes[number::count] for number in range(count)]
    workers = [
        _Worker(assignment, number, share, hear, launch)
        for number, share in enumerate(shares)
        if share
    ]
    started(lambda: _interrupt(workers))
    interrupted, timed_out = False, False
    try:
        timed_out = not _wait(workers, time.monotonic() + deadline_s)
        if timed_out:
            hear("notice", f"超过 {deadline_s:g} 秒（[timeouts].run），正在收场")
            _wind_up(workers)
    except KeyboardInterrupt:
        interrupted = True
        hear("notice", "收到中断，正在收场（再按一次 Ctrl-C 立即结束）")
        _wind_up(workers)
    finally:
        for worker in workers:
            worker.close()
    return Ended(interrupted, timed_out, tuple(worker.folder for worker in workers))


def _wait(workers: Sequence[_Worker], deadline: float) -> bool:
    return all(worker.wait(max(0.0, deadline - time.monotonic())) for worker in workers)


def _wind_up(workers: Sequence[_Worker]) -> None:
    """请各进程收场；超过宽限或再按一次 Ctrl-C 就不再等。"""
    _interrupt(workers)
    with suppress(KeyboardInterrupt):
        _wait(workers, time.monotonic() + _GRACE_S)


def _interrupt(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.interrupt()


class _Worker:
    """一个 behave 进程。它的标准错误里夹着给运行器的 JSON 行，其余写进日志。"""

    def __init__(
        self,
        assignment: Assignment,
        number: int,
        share: Sequence[Scene],
        hear: Callable[[str, str], None],
        launch: Launch,
    ) -> None:
        self.folder = assignment.run_dir / "workers" / str(number)
        self.folder.mkdir(parents=True)
        selection = self.folder / "scenarios.txt"
        lines = [f"{assignment.root / scene.location}\n" for scene in share]
        selection.write_text("".join(lines), encoding="utf-8")
        self._hear = hear
        self._log_path = self.folder / "behave.log"
        self._log = self._log_path.open("a", encoding="utf-8")
        self._process = launch(
            Command(
                module="behave",
                arguments=self._arguments(assignment, number, selection),
                cwd=assignment.root,
                env={TOKEN_ENV: assignment.endpoints.token, "PYTHONUTF8": "1"},
                out=self._log_path,
            )
        )
        self._reader = threading.Thread(target=self._relay, daemon=True)
        self._reader.start()

    def _arguments(self, assignment: Assignment, number: int, selection: Path) -> tuple[str, ...]:
        endpoints = asdict(assignment.endpoints)
        endpoints.pop("token")
        knobs = {
            "config": assignment.config,
            "target": assignment.target,
            "seed": assignment.seed,
            "pace": assignment.pace,
            "concurrent_users": assignment.concurrent_users,
            "control_url": assignment.control_url,
            "server_url": assignment.server_url,
            "patience": assignment.patience,
            "run_id": f"{assignment.run_id}-{number}",
            "folder": self.folder,
            "worker": number,
            "endpoints": json.dumps(endpoints, ensure_ascii=False),
        }
        given = [f"{name}={value}" for name, value in knobs.items() if value is not None]
        allure = (
            *("-f", "support.reports.allure:SpecAllureFormatter"),
            *("-o", str(assignment.run_dir / "allure-results")),
        )
        return (
            *("--no-summary", "--no-color"),
            *(allure if assignment.allure else ()),
            *("-f", "plain"),
            *(part for knob in given for part in ("-D", knob)),
            f"@{selection}",
        )

    def _relay(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.startswith('{"maispec"'):
                message = json.loads(line)
                self._hear(message["maispec"], message["text"])
            else:
                self._log.write(line)
                self._log.flush()

    def wait(self, timeout: float) -> bool:
        """等它结束；超时返回假。"""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        self._reader.join()
        return True

    def interrupt(self) -> None:
        """请它像收到 Ctrl-C 一样收场。"""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """还没结束就强行结束，并收好管道与日志。"""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        self._log.close()
