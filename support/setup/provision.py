"""备环境：一份检出的 .venv、依赖与 Allure，以及“装了什么”的凭据。

职责：判断环境够不够用；不够就建、就修、就装，同一时刻只有一个进程在做。
不做什么：不认识命令行，不启动套件。只依赖标准库，不引用套件的其他模块。
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BEAT_S = 1.0
Run = Callable[[str, Sequence[str]], int]

# 这两段在装好的环境里跑：Node 与 Allure 的规矩只写在 support.reports.allure.node 一处。
FIND_NODE = """import sys
from support.reports.allure.node import find_node
node = find_node()
sys.exit(0 if node and node.npm else 1)
"""
ALLURE = """import sys
from pathlib import Path
from support.errors import SuiteError
from support.reports.allure.node import ensure_allure
try:
    ensure_allure(Path(sys.argv[1]), print)
except SuiteError as problem:
    sys.exit(str(problem))
"""


class SetupFailed(Exception):
    """环境备不好；消息是给人看的中文，含改法。"""


@dataclass(frozen=True)
class Place:
    """一份检出里各样东西的位置。"""

    root: Path

    @property
    def venv(self) -> Path:
        """虚拟环境。"""
        return self.root / ".venv"

    @property
    def binaries(self) -> Path:
        """虚拟环境里放命令的目录。"""
        return self.venv / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """虚拟环境里的 Python。"""
        return self.binaries / ("python.exe" if os.name == "nt" else "python")

    @property
    def stamp(self) -> Path:
        """装了什么的凭据。"""
        return self.venv / "maispec.json"

    @property
    def log(self) -> Path:
        """安装日志。"""
        return self.venv / "setup.log"


class Progress:
    """安装的进度：写到标准错误，每行带已用时间；非终端上不刷屏。"""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._live = sys.stderr.isatty()
        self._quiet_until = 0.0

    def say(self, text: str) -> None:
        """说一行。"""
        self._write(f"{text}\n")

    def start(self, title: str) -> None:
        """开始做一件可能要等的事。"""
        self._quiet_until = time.monotonic() - self._began + 20.0
        self._write(f"{title}…{'' if self._live else chr(10)}")

    def beat(self, title: str) -> None:
        """还在做同一件事。"""
        elapsed = time.monotonic() - self._began
        if self._live:
            self._write(f"{title}…")
        elif elapsed > self._quiet_until:
            self._quiet_until = elapsed + 20.0
            self.say(f"仍在{title}…")

    def _write(self, text: str) -> None:
        head = "\r\033[K" if self._live else ""
        sys.stderr.write(f"{head}[{time.monotonic() - self._began:5.1f} 秒] {text}")
        sys.stderr.flush()


def wanted_stamp(root: Path) -> dict[str, Any]:
    """现在的检出与 Python 应当配怎样的环境；换了目录、Python 或依赖都会不同。"""
    project = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    return {"project": project, "python": sys.version.split()[0], "root": str(root)}


def read_stamp(path: Path) -> dict[str, Any]:
    """读凭据；没有或读不懂都当作没有。"""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_ready(place: Place, extras: frozenset[str]) -> bool:
    """环境是否已经够用（多装的附加组件不碍事）。"""
    found = read_stamp(place.stamp)
    same = all(found.get(key) == value for key, value in wanted_stamp(place.root).items())
    return same and extras <= set(found.get("extras", ())) and place.python.exists()


def missing_parts(release: str) -> str:
    """标准库缺了建虚拟环境的零件时该怎么办；不缺则空。`release` 是 /etc/os-release 的内容。"""
    lost = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if not lost:
        return ""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if "debian" in release or "ubuntu" in release:
        fix = f"apt-get install python3-venv   （或 python{version}-venv；需要管理员权限）"
    elif sys.platform == "darwin":
        fix = f"brew install python@{version}   或从 python.org 安装"
    else:
        fix = "用系统的包管理器装上 venv 与 pip，或从 python.org 安装完整的 Python"
    return f"这个 Python 缺少 {'、'.join(lost)}，建不了虚拟环境。\n改法：{fix}"


def last_lines(log: Path, count: int) -> str:
    """日志的最后几行，供人一眼看见原因。"""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return "\n".join(f"  │ {line[:240]}" for line in lines[-count:])


@contextlib.contextmanager
def locked(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """同一份检出一次只有一个进程备环境；进程没了，锁也就没了。"""
    with path.open("a+b") as handle:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:
                    on_wait()
        else:
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                on_wait()
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Setup:
    """把一份检出的环境备好；`run(说法, 命令)` 返回退出码，测试里可以换掉。"""

    def __init__(self, place: Place, progress: Progress, run: Run | None = None) -> None:
        self._place = place
        self._progress = progress
        self._run = run or self._run_logged

    def prepare(self, extras: frozenset[str]) -> None:
        """建或修虚拟环境、装依赖、装 Allure；凭据最后才写，半途而废的下次重来。"""
        found = read_stamp(self._place.stamp)
        wanted = wanted_stamp(self._place.root)
        moved = found.get("root", wanted["root"]) != wanted["root"]
        if moved or found.get("state") == "installing" or not self._venv_works():
            self._make_venv()
            found = {}
        extras = extras | set(found.get("extras", ()))
        self._place.stamp.write_text('{"state": "installing"}', "utf-8")
        self._install(extras)
        self._install_allure()
        stamp = {**wanted, "extras": sorted(extras)}
        self._place.stamp.write_text(json.dumps(stamp, ensure_ascii=False), "utf-8")
        self._progress.say("环境备好了。")

    def _venv_works(self) -> bool:
        probe = "import sys, pip; sys.stdout.write(sys.version.split()[0])"
        if not self._place.python.exists():
            return False
        answer = subprocess.run(
            [str(self._place.python), "-c", probe], capture_output=True, text=True, check=False
        )
        return answer.returncode == 0 and answer.stdout == sys.version.split()[0]

    def _make_venv(self) -> None:
        release = Path("/etc/os-release")
        problem = missing_parts(release.read_text("utf-8").lower() if release.exists() else "")
        if problem:
            raise SetupFailed(problem)
        self._progress.say("重建 .venv" if self._place.venv.exists() else "建 .venv")
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(self._place.venv)],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise SetupFailed(f"建不了 {self._place.venv}：\n{made.stdout}{made.stderr}".rstrip())

    def _install(self, extras: frozenset[str]) -> None:
        code = self._run("安装依赖", self._pip(extras))
        if code:
            self._place.stamp.unlink()
            raise SetupFailed(
                f"装不上依赖（pip 退出码 {code}）。最后几行：\n{last_lines(self._place.log, 20)}\n"
                f"全文：{self._place.log}\n"
                "改法：检查网络与 pip 的索引设置（pip config list），然后原样再跑一次。"
            )

    def _pip(self, extras: frozenset[str]) -> list[str]:
        what = f".[{','.join(sorted(extras))}]" if extras else "."
        command = [str(self._place.python), "-m", "pip", "install", "--no-input"]
        return [*command, "--disable-pip-version-check", "--progress-bar", "off", "-e", what]

    def _install_allure(self) -> None:
        """装 Allure；装不上只是没有 HTML，所以说一声就往下走。"""
        code = 0
        if not self._has_node():
            title = "安装 Node（PATH 上没有够新的 Node 与 npm）"
            code = self._run(title, self._pip(frozenset({"report"})))
        target = str(self._place.venv / "allure")
        code = code or self._run("安装 Allure", [str(self._place.python), "-c", ALLURE, target])
        if code:
            self._progress.say("Allure 没装上，这次没有 HTML 报告，其余照常：")
            sys.stderr.write(f"{last_lines(self._place.log, 1)}\n")
            self._progress.say(f"要重试，删掉 {self._place.stamp} 再跑。")

    def _has_node(self) -> bool:
        command = [str(self._place.python), "-c", FIND_NODE]
        answer = subprocess.run(command, cwd=self._place.root, capture_output=True, check=False)
        return answer.returncode == 0

    def _run_logged(self, title: str, command: Sequence[str]) -> int:
        # 有人在用户级配置里写了 user = true，在虚拟环境里会让 pip 直接拒绝。
        env = {**os.environ, "PIP_USER": "0", "PYTHONUTF8": "1"}
        with self._place.log.open("ab") as sink:
            process = subprocess.Popen(
                command,
                cwd=self._place.root,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
            try:
                return self._watch(title, process)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()

    def _watch(self, title: str, process: subprocess.Popen[bytes]) -> int:
        self._progress.start(title)
        while True:
            try:
                code = process.wait(timeout=BEAT_S)
            except subprocess.TimeoutExpired:
                self._progress.beat(title)
            else:
                self._progress.say(f"{title}：{'完成' if code == 0 else f'退出码 {code}'}")
                return code
