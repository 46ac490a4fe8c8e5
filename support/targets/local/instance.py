"""一台本机的主线版 MaiBot：装、初始化、配、起、等就绪；收掉时不留痕迹。

职责：按次序把各部件接起来，任何一步失败或被打断都收干净。不做什么：不跑规格。
状态文件在进程一起来就写下：拉起它的人就算被强杀，down 也找得到它。
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from support.errors import ConfigError, SuiteError
from support.targets.local import environment, state
from support.targets.local.settings import Plan, wanted

TERMS = (("EULA.md", "eula.confirmed"), ("PRIVACY.md", "privacy.confirmed"))
_FIND_TERMS = (
    "import importlib.util, pathlib; "
    "print(pathlib.Path(importlib.util.find_spec('src').submodule_search_locations[0]))"
)
#: 体面退出的秒数。
STOP_S = 15.0
_CONFIGURE = Path(__file__).with_name("configure.py")


@dataclass(frozen=True, slots=True)
class Wishes:
    """使用者要怎样的一台。端口 0 表示任选空闲的。"""

    python: Path | None
    accept_eula: bool
    keys: int
    platforms: tuple[str, ...]
    api_port: int = 0
    legacy_port: int = 0
    model_port: int = 0
    patience_s: float = 600.0
    requirement: str = environment.REQUIREMENT


class TermsNotAccepted(SuiteError):
    """条款还没有人点头；`texts` 是两份全文。"""

    def __init__(self, texts: tuple[str, ...]) -> None:
        super().__init__("还没有同意 MaiBot 的用户协议与隐私条款")
        self.texts = texts


class Instance:
    """`folder` 里的那一台；`say` 把进展告诉使用者。"""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder, self._say = folder, say
        self.data, self.venv = folder / "instance", folder / "venv"
        self.log = folder / "up.log"

    def up(self, wishes: Wishes) -> state.State:
        """起一台；起不来就什么也不留下（装好的环境除外，下次还用得着）。"""
        running = state.read(self.folder)
        if running is not None and state.alive(running):
            raise ConfigError(
                "target maibot up", found=f"已有一台在运行（{running.api_url}）",
                allowed="同时只有一台", fix="接着用它，或先 target maibot down",
            )  # fmt: skip
        refuse_platforms(wishes.platforms)
        ports = [claim(name, getattr(wishes, name)) for name in PORTS]
        python = environment.find_python(wishes.python)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.down(keep_environment=True)
        try:
            self._say(f"用 {python} 准备环境并安装 {wishes.requirement}（第一次约一分钟）")
            inside = environment.install(
                python, self.venv, self.log, requirement=wishes.requirement
            )
            terms = self._terms(inside)
            if not wishes.accept_eula:
                raise TermsNotAccepted(terms)
            self._prepare(inside, wishes, ports, terms)
            return self._start(inside, wishes, ports)
        except BaseException:
            self.down(keep_environment=True)
            raise

    def down(self, *, keep_environment: bool = False) -> bool:
        """停掉它、删掉它的一切；返回有没有停掉一个进程。"""
        running = state.read(self.folder)
        stopped = running is not None and state.alive(running)
        if running is not None and stopped:
            _stop(running)
        if not keep_environment:
            shutil.rmtree(self.folder, ignore_errors=True)
            with suppress(OSError):
                self.folder.parent.rmdir()
            return stopped
        for leftover in self.folder.glob("*"):
            if leftover != self.venv:
                _erase(leftover)
        return stopped

    def _terms(self, python: Path) -> tuple[str, ...]:
        asked = subprocess.run(
            [str(python), "-c", _FIND_TERMS], capture_output=True, text=True, check=False
        )
        folder = Path(asked.stdout.strip()) / "_resources"
        try:
            return tuple((folder / name).read_text(encoding="utf-8") for name, _ in TERMS)
        except OSError as error:
            raise SuiteError(f"装好的 MaiBot 里找不到它的条款（{error.filename}）") from None

    def _prepare(
        self, python: Path, wishes: Wishes, ports: list[int], terms: tuple[str, ...]
    ) -> None:
        self._say("初始化实例，写好配置")
        self.data.mkdir(mode=0o700)
        maibot = python.with_name("maibot")
        self._must("初始化实例", [str(maibot), "init", "-d", str(self.data)])
        for text, (_, confirmed) in zip(terms, TERMS, strict=True):
            # 实例拿条款全文的摘要认“同意过这一版”；条款变了就要重新问。
            digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
            (self.data / confirmed).write_text(digest, encoding="utf-8")
        plan = Plan(
            api_port=ports[0],
            legacy_port=ports[1],
            model_port=ports[2],
            platforms=wishes.platforms,
            keys=tuple(f"maispec-{secrets.token_hex(16)}" for _ in range(wishes.keys)),
            model_key=f"sk-maispec-{secrets.token_hex(16)}",
        )
        self._keys = plan.keys
        order = json.dumps(wanted(plan))
        self._must("写实例的配置", [str(python), str(_CONFIGURE), str(self.data)], stdin=order)

    def _must(self, title: str, command: list[str], *, stdin: str = "") -> None:
        if environment.run(command, self.log, env=self._env(), stdin=stdin) != 0:
            raise SuiteError(f"{title}没有成功。{environment.tail_of(self.log)}")

    def _env(self) -> dict[str, str]:
        """实例的家也在自己的目录里：它缓存的东西跟着一起删掉。"""
        home = str(self.data / "home")
        return {**os.environ, "HOME": home, "XDG_CACHE_HOME": f"{home}/.cache"}

    def _start(self, python: Path, wishes: Wishes, ports: list[int]) -> state.State:
        self._say("启动实例，等它就绪")
        (self.data / "home").mkdir(exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [str(python.with_name("maibot")), "run", "-d", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env(),
                cwd=self.data,
                start_new_session=True,
                text=True,
            )
        born = state.State(
            pid=process.pid,
            started=state.birth(process.pid),
            version=environment.installed_version(python),
            api_url=f"ws://127.0.0.1:{ports[0]}/ws",
            legacy_url=f"ws://127.0.0.1:{ports[1]}/ws",
            model_port=ports[2],
            platforms=wishes.platforms,
            keys=self._keys,
        )
        state.write(self.folder, born)
        self._await_ready(process, ports[:2], wishes.patience_s)
        return born

    def _await_ready(
        self, process: subprocess.Popen[str], ports: list[int], patience_s: float
    ) -> None:
        deadline = time.monotonic() + patience_s
        while not all(_open(port) for port in ports):
            if process.poll() is not None:
                tail = environment.tail_of(self.log)
                raise SuiteError(f"实例没起来就退出了（退出码 {process.returncode}）。{tail}")
            if time.monotonic() > deadline:
                tail = environment.tail_of(self.log)
                raise SuiteError(f"实例 {patience_s:g} 秒还没就绪。{tail}")
            time.sleep(0.2)


PORTS = ("api_port", "legacy_port", "model_port")


def claim(name: str, port: int) -> int:
    """端口可用就用它；0 换成一个空闲的。"""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigError(
                f"--{name.replace('_', '-')}", found=f"{port}（{error.strerror}）",
                allowed="空闲的端口", fix="换一个，或不写让它任选",
            ) from None  # fmt: skip
        return int(probe.getsockname()[1])


def refuse_platforms(platforms: Sequence[str]) -> None:
    """实例把声明读成“平台:账号”，平台不分大小写；同一个平台有了两个账号，它就一句也不答。"""
    names = [name.partition(":")[0].strip().casefold() for name in platforms]
    for at, name in enumerate(platforms):
        if ":" in name or not names[at] or names.index(names[at]) < at:
            raise ConfigError(
                "--platforms", found=name,
                allowed="互不相同的平台名（不分大小写），里面没有冒号",
                fix="去掉它；实例会把它当成别的平台的第二个账号，于是两处都不作答",
            )  # fmt: skip


def _open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def _stop(running: state.State) -> None:
    """请它体面退出，不退就强杀整组。"""
    for number, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, 5.0)):
        environment.signal_group(running.pid, number)
        deadline = time.monotonic() + seconds
        while state.alive(running) and time.monotonic() < deadline:
            with suppress(ChildProcessError):
                os.waitpid(running.pid, os.WNOHANG)
            time.sleep(0.05)
        if not state.alive(running):
            break
    environment.signal_group(running.pid, signal.SIGKILL)


def _erase(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
