"""实例自己的 Python 环境：找一个够新的 Python，建环境，装好 MaiBot。

职责：找、建、装，子进程出错或被打断时收干净。不做什么：不碰套件自己的环境。
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from support.errors import ConfigError, SuiteError

#: 实测过的是 1.3.15；同一个小版本里的修订才放行。
REQUIREMENT = "maibot>=1.3.15,<1.4"
_OLDEST, _NEWEST = (3, 12), (3, 14)
_ASK = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
_STOP_S = 10.0


def find_python(given: Path | None) -> Path:
    """够新的 Python；点名的不合适、或哪里都没有时说清楚要什么。"""
    tried = []
    for candidate in [given] if given else _candidates():
        version = _version(candidate)
        if version is not None and _OLDEST <= version < _NEWEST:
            return candidate
        tried.append(f"{candidate}（{_shown(version)}）")
    raise ConfigError(
        "--python",
        found="、".join(tried) or "找不到任何 Python",
        allowed="Python 3.12 或 3.13（带 venv）：MaiBot 要求 3.12 以上",
        fix="装一个 3.12，再用 --python 指到它的可执行文件，例：--python /usr/bin/python3.12",
    )


def _shown(version: tuple[int, int] | None) -> str:
    return "用不了" if version is None else f"{version[0]}.{version[1]}"


def _candidates() -> Iterator[Path]:
    """正在用的、路径上的、pyenv 装的；先近后远。"""
    yield Path(sys.executable)
    for name in ("python3.12", "python3.13", "python3"):
        found = shutil.which(name)
        if found:
            yield Path(found)
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(root.glob("versions/3.1[23]*/bin/python"))


def _version(python: Path) -> tuple[int, int] | None:
    try:
        asked = subprocess.run(
            [str(python), "-c", _ASK], capture_output=True, text=True, timeout=20, check=True
        )
        major, minor = asked.stdout.strip().split(".")
        return int(major), int(minor)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def install(python: Path, venv: Path, log: Path, *, requirement: str = REQUIREMENT) -> Path:
    """建环境、装 MaiBot，返回环境里的 Python；装好过就直接用。"""
    inside = venv / "bin" / "python"
    stamp = venv / "maispec-installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == requirement:
        return inside
    shutil.rmtree(venv, ignore_errors=True)
    steps = (
        ("建立 Python 环境", [str(python), "-m", "venv", str(venv)]),
        (
            "安装 MaiBot",
            [str(inside), "-m", "pip", "install", "--quiet", "--no-cache-dir", requirement],
        ),
    )
    for title, command in steps:
        if run(command, log) != 0:
            raise SuiteError(
                f"{title}没有成功。{tail_of(log)}\n  改法：检查软件包源与网络后再试一次"
            )
    stamp.write_text(requirement, encoding="utf-8")
    return inside


def installed_version(python: Path) -> str:
    """装好的是哪个版本。"""
    ask = "import importlib.metadata as m; print(m.version('maibot'))"
    asked = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def run(
    command: Sequence[str],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
) -> int:
    """跑一个子进程到结束，输出进日志；被打断时连它的子孙一起收掉。"""
    with log.open("a", encoding="utf-8") as file:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            env=None if env is None else dict(env),
            start_new_session=True,
        )
    try:
        process.communicate(stdin)
    finally:
        stop_group(process)
    return process.returncode


def stop_group(process: subprocess.Popen[str]) -> None:
    """请整组进程退出，不退就强杀；已经退了什么也不做。"""
    if process.poll() is None:
        signal_group(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            signal_group(process.pid, signal.SIGKILL)
            process.wait()


def signal_group(pid: int, number: signal.Signals) -> None:
    """给自成一组的子进程及其子孙发信号；已经没有了就算了。"""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def tail_of(log: Path, characters: int = 600) -> str:
    """日志的末尾，给人看。"""
    try:
        text = log.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
    return f"日志的末尾：\n{text[-characters:]}" if text else ""
