"""内嵌服务：把参考服务与观察站作为真实进程拉起来、看住、收掉。

职责：起进程、等就绪、停进程、强杀重启。不做什么：不引用它们的代码，只认命令行与就绪行。
子进程自成会话，Ctrl-C 由本进程决定何时收它们；本进程若被强杀，子进程的标准输入随之关闭而自行退出。
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support.config import Config
from support.errors import SuiteError
from support.targets.process import Command, Launch, Process, fresh
from support.targets.profile import profile_of

_DATA = "maispec-data-"
#: 场景按住模型多久，参考服务就等多久：不等，闸前的压力就悄悄没了。
_MODEL_TIMEOUT = "600"
TOKEN_ENV = "MAISPEC_OBSERVER_TOKEN"
OPERATOR_ENV = "MAISPEC_OPERATOR_KEY"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """一次运行要用到的全部地址；`token` 是观察站控制面的口令，只在内存与环境变量里。"""

    control_url: str
    message_url: str
    model_url: str
    observer_url: str
    token: str = field(repr=False)
    name: str
    version: str
    startup_s: float = 0.0
    #: 每台内嵌参考服务都加上的启动选项；变异检验用它点名写错哪一处。
    serve_options: tuple[str, ...] = ()


class Server:
    """一个子进程服务。`command` 是 ``python -m support`` 之后的参数；日志写进 `log`。"""

    def __init__(
        self, command: list[str], *, log: Path, env: Mapping[str, str], launch: Launch = fresh
    ) -> None:
        self.command, self._log, self._env, self._launch = command, log, env, launch
        self._process: Process | None = None
        self.ready: dict[str, Any] = {}

    def start(self, timeout: float) -> dict[str, Any]:
        """拉起进程，等它打印就绪行；`timeout` 秒内没有就绪就报错并收掉它。"""
        self._process = self._launch(
            Command(
                module="support",
                arguments=(*self.command, "--with-parent"),
                cwd=Path.cwd(),
                env=self._env,
                err=self._log,
            )
        )
        assert self._process.stdout is not None
        deadline = threading.Timer(timeout, self._process.kill)
        deadline.start()
        try:
            line = self._process.stdout.readline()
        finally:
            deadline.cancel()
        if not line:
            self.stop(timeout)
            tail = self._log.read_text(encoding="utf-8")[-400:].strip()
            raise SuiteError(f"内嵌服务没有就绪：{self.command[0]}。日志 {self._log}：{tail}")
        self.ready = json.loads(line)
        return self.ready

    def kill(self) -> None:
        """强行终止（``kill -9``），不给它收尾的机会。"""
        assert self._process is not None
        self._process.kill()
        self._reap()

    def stop(self, timeout: float) -> None:
        """请它体面退出；`timeout` 秒内不退就强杀。"""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def _reap(self) -> None:
        assert self._process is not None
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        self._process = None


class Reference(Server):
    """内嵌参考服务；重启后仍在原来的端口与数据目录上。"""

    def __init__(
        self,
        *,
        model_url: str,
        data: Path,
        log: Path,
        level: str,
        transport: str = "native",
        operator_key: str | None = None,
        extra: Sequence[str] = (),
        launch: Launch = fresh,
    ) -> None:
        command = ["serve", "--model-url", model_url, "--data", str(data), "--log-level", level]
        command += ["--transport", transport, "--model-timeout", _MODEL_TIMEOUT]
        if operator_key:
            command.append("--auth")
        env = {OPERATOR_ENV: operator_key} if operator_key else {}
        super().__init__([*command, *extra], log=log, env=env, launch=launch)

    def restart(self, timeout: float, *, orderly: bool) -> None:
        """强杀（或请它体面退出）之后，在原端口、原数据上重新启动。"""
        ports = [str(urlsplit(self.ready[name]).port) for name in ("control_url", "message_url")]
        if orderly:
            self.stop(timeout)
        else:
            self.kill()
        if "--control-port" not in self.command:
            self.command += ["--control-port", ports[0], "--message-port", ports[1]]
        self.start(timeout)

    def endpoints(self, base: Endpoints) -> Endpoints:
        """以本服务的地址替换 `base` 里的目标地址。"""
        return replace(
            base,
            control_url=self.ready["control_url"],
            message_url=self.ready["message_url"],
            name=self.ready["name"],
            version=self.ready["version"],
        )


def _remove_orphans() -> None:
    """删掉被强杀的运行留下的数据目录：目录名里的进程已经不在了。"""
    if os.name == "nt":  # 那里没有“只问在不在”的信号
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_DATA}*"):
        owner = folder.name.removeprefix(_DATA).partition("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def reference(
    config: Config,
    model_url: str,
    log: Path,
    *,
    operator_key: str | None = None,
    extra: Sequence[str] = (),
    launch: Launch = fresh,
) -> Iterator[Reference]:
    """一台参考服务；SQLite 数据放临时目录，离开时停掉服务、删掉数据。

    给了 `operator_key`，它的管理面就要鉴权，凭这把密钥管得着全部租户；`extra` 是另加的启动选项，
    `launch` 决定进程从哪里来。
    """
    _remove_orphans()
    with tempfile.TemporaryDirectory(prefix=f"{_DATA}{os.getpid()}-") as data:
        server = Reference(
            model_url=model_url,
            data=Path(data),
            log=log,
            level=config.settings.log_level,
            transport=profile_of(config.target).transport,
            operator_key=operator_key,
            extra=extra,
            launch=launch,
        )
        try:
            server.start(config.timeouts.start)
            yield server
        finally:
            server.stop(config.timeouts.stop)


@contextmanager
def observing(config: Config, folder: Path) -> Iterator[Endpoints]:
    """起观察站，离开时停掉；目标的地址照配置写。日志在 `folder`。"""
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(16)
    observer = Server(
        [
            "observe",
            *("--listen", config.observer.listen),
            *("--script", profile_of(config.target).script),
            *("--log-level", config.settings.log_level),
        ],
        log=folder / "observer.log",
        env={TOKEN_ENV: token},
    )
    try:
        model_url = observer.start(config.timeouts.start)["model_url"]
        yield Endpoints(
            control_url=config.target.control_url or "",
            message_url=config.target.server_url or "",
            model_url=config.observer.public_url or model_url,
            observer_url=observer.ready["control_url"],
            token=token,
            name=config.target.name,
            version=config.target.version or "未知",
        )
    finally:
        observer.stop(config.timeouts.stop)


@contextmanager
def running(
    config: Config, folder: Path, *, serve_options: Sequence[str] = ()
) -> Iterator[Endpoints]:
    """起观察站，目标为内嵌时再起参考服务；离开时都停掉。日志在 `folder`。

    `serve_options` 是内嵌参考服务另加的启动选项。
    """
    began = time.monotonic()
    with ExitStack() as stack:
        endpoints = stack.enter_context(observing(config, folder))
        if config.target.kind == "embedded":
            log = folder / "reference.log"
            server = reference(config, endpoints.model_url, log, extra=serve_options)
            endpoints = stack.enter_context(server).endpoints(endpoints)
        yield replace(endpoints, startup_s=time.monotonic() - began)
