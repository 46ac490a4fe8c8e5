"""子进程从哪里来：平常各自新起；要起许多个时，从一个已经引入好模块的苗圃里分出来。

职责：按“``python -m 模块 参数``”起一个进程，给出同样的把手。不做什么：不认识任何服务。
一次运行要起几十台独占的服务，一次变异检验要起几百台与几百个 behave，
每个光是引入模块就要半秒到一秒；
分出来的进程省下这一步，其余与新起的一样：自成会话、自己的环境变量、自己的三个管道。
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Protocol


class Process(Protocol):
    """一个子进程；与 :class:`subprocess.Popen` 同名的几样。"""

    stdin: IO[str] | None
    stdout: IO[str] | None
    stderr: IO[str] | None

    def poll(self) -> int | None:
        """结束了就是退出码，没有就是 None。"""

    def wait(self, timeout: float | None = None) -> int:
        """等它结束；超时抛 :class:`subprocess.TimeoutExpired`。"""

    def send_signal(self, sig: int) -> None:
        """给它一个信号。"""

    def terminate(self) -> None:
        """请它结束。"""

    def kill(self) -> None:
        """强行结束。"""


@dataclass(frozen=True, slots=True)
class Command:
    """``python -m module arguments``。`out` 与 `err` 为 None 时接成管道，否则写进那个文件。"""

    module: str
    arguments: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    out: Path | None = None
    err: Path | None = None


Launch = Callable[[Command], Process]


def fresh(command: Command) -> Process:
    """新起一个解释器。"""
    out, err = _opened(command.out), _opened(command.err)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", command.module, *command.arguments],
            cwd=command.cwd,
            stdin=subprocess.PIPE,
            stdout=out or subprocess.PIPE,
            stderr=err or subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, **command.env},
            start_new_session=True,
        )
    finally:
        for file in (out, err):
            if file is not None:
                file.close()


def nursery(*seedbed: str) -> Launch:
    """一个苗圃，预先引入 `seedbed` 这些模块；所在的系统不会分进程时，就还是各自新起。"""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return fresh
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(seedbed))

    def launch(command: Command) -> Process:
        stdin, stdout, stderr = (context.Pipe(duplex=False) for _ in range(3))
        theirs = (stdin[0], stdout[1], stderr[1])
        process = context.Process(target=_become, args=(command, theirs), daemon=True)
        process.start()
        for end in theirs:
            end.close()
        return _Seedling(process, stdin[1], stdout[0], stderr[0])

    return launch


class _Seedling:
    """苗圃里分出来的进程。"""

    def __init__(
        self, process: Any, stdin: Connection, stdout: Connection, stderr: Connection
    ) -> None:
        self._process = process
        self.stdin: IO[str] | None = _file(stdin, "w")
        self.stdout: IO[str] | None = _file(stdout, "r")
        self.stderr: IO[str] | None = _file(stderr, "r")

    def poll(self) -> int | None:
        """结束了就是退出码。"""
        code: int | None = self._process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int:
        """等它结束；超时抛 :class:`subprocess.TimeoutExpired`。"""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return code

    def send_signal(self, sig: int) -> None:
        """给它一个信号；已经结束就算了。"""
        if self.poll() is None:
            os.kill(self._process.pid, sig)

    def terminate(self) -> None:
        """请它结束。"""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """强行结束。"""
        self.send_signal(signal.SIGKILL)


def _file(end: Connection, mode: str) -> IO[str]:
    """管道的一头变成文本文件；文件关了管道就关了。"""
    descriptor = os.dup(end.fileno())
    end.close()
    return os.fdopen(descriptor, mode, encoding="utf-8")


def _become(command: Command, ends: Sequence[Connection]) -> None:
    """在分出来的进程里：接好三个管道，变成 ``python -m 模块``。"""
    multiprocessing.current_process().daemon = False  # 它自己还要再起进程
    os.setsid()
    os.chdir(command.cwd)
    os.environ.update(command.env)
    for number, (end, path) in enumerate(zip(ends, (None, command.out, command.err), strict=True)):
        if path is None:
            os.dup2(end.fileno(), number)
        else:
            with path.open("a", encoding="utf-8") as file:
                os.dup2(file.fileno(), number)
        end.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.path.insert(0, str(command.cwd))
    sys.argv = [command.module, *command.arguments]
    runpy.run_module(command.module, run_name="__main__", alter_sys=True)


def _opened(path: Path | None) -> IO[str] | None:
    return None if path is None else path.open("a", encoding="utf-8")
