"""许多台机器一起压：各片派给 dask.distributed 的工作进程，一起开口，收齐了合账。

职责：连上（或起好）工作进程、点名、用完收掉。不做什么：不派差事（crew）、不收发话、不判卷。
"""

from __future__ import annotations

import logging
import platform
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support import __version__
from support.config.schema import is_loopback
from support.errors import ConfigError, SuiteError, TargetUnreachable
from support.load import limits
from support.load.crew import Crew
from support.load.session import Ended, Perform, Setting, hold
from support.load.supervisor import Supervisor

_CONNECT_S = 10.0
_SECURE = "tls"


async def staged(
    setting: Setting, supervisor: Supervisor, where: str | None, perform: Perform
) -> tuple[Ended, dict[str, Any] | None]:
    """跑一次压测：没有写 `where` 就在本进程由 `perform` 演，否则派出去；附上报告里的来历。"""
    if where is None:
        return await hold(setting, supervisor, perform), None
    async with crew(where, setting) as found:
        ended = await hold(replace(setting, shards=found.size), supervisor, found.perform)
        return ended, {"where": where, "shards": found.size, "clocks": found.clocks}


def check(where: str, *, allow_remote: bool) -> str:
    """认 ``local:2`` 与 ``tcp://主机:端口``；密钥要明文出本机得有明说的许可。"""
    kind, _, rest = where.partition(":")
    parts = urlsplit(where)
    with suppress(ValueError):
        if kind == "local" and rest.isascii() and rest.isdigit() and int(rest):
            return where
        if kind in ("tcp", _SECURE) and parts.hostname and parts.port:
            if kind == _SECURE or is_loopback(parts.hostname) or allow_remote:
                return where
            raise ConfigError(
                "命令行", key="--cluster", found=where,
                allowed="别的机器上的调度器用 tls://，或明说 --allow-remote-load",
                fix="tcp:// 会把租户的密钥明文送出本机；网络可信才加 --allow-remote-load",
            )  # fmt: skip
    raise ConfigError(
        "命令行", key="--cluster", found=where, allowed="local:片数、tcp://主机:端口、tls://主机:端口",
        fix="例：--cluster local:2；或先 dask scheduler，再 --cluster tcp://127.0.0.1:8786",
    )  # fmt: skip


@asynccontextmanager
async def crew(where: str, setting: Setting) -> AsyncIterator[Crew]:
    """连上（``local:`` 的先起好）工作进程；离开时断开，自己起的都收掉。"""
    limits.require_cluster()
    _quiet()
    import distributed

    async with AsyncExitStack() as stack:
        address: Any = where
        if where.startswith("local:"):
            place = _scratch(setting)
            stack.callback(shutil.rmtree, place, ignore_errors=True)
            address = await stack.enter_async_context(_local(int(where.partition(":")[2]), setting))
        try:
            client = await stack.enter_async_context(
                distributed.Client(
                    address, asynchronous=True, timeout=_CONNECT_S, set_as_default=False
                )
            )
        except (OSError, TimeoutError) as error:
            raise _absent(where, error) from None
        yield await _mustered(client, where, setting)


def knock(where: str) -> None:
    """敲一下调度器的门：地址错了几毫秒就该知道，dask 自己要试上好一阵。"""
    parts = urlsplit(where)
    if parts.scheme == "local":
        return
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), _CONNECT_S).close()
    except (OSError, UnicodeError) as error:
        raise _absent(where, error) from None


def _absent(where: str, error: Exception) -> TargetUnreachable:
    return TargetUnreachable(
        f"连不上调度器：{where}（{type(error).__name__}）\n"
        "  改法：确认 dask scheduler 在运行、地址没写错；只在本机跑用 --cluster local:2"
    )


def _scratch(setting: Setting) -> Path:
    return setting.run_dir / "cluster"


def _local(count: int, setting: Setting) -> Any:
    """本机的几个工作进程：只听回环，不开网页，内存满了也不许把差事写到盘上。"""
    import distributed

    return distributed.LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=0,
        asynchronous=True,
        silence_logs=logging.CRITICAL,
        local_directory=str(_scratch(setting)),
    )


async def _mustered(client: Any, where: str, setting: Setting) -> Crew:
    """点名：装的是不是同一版，连不连得到目标。"""
    from support.load import outpost

    if where.startswith("local:"):
        await client.run(outpost.ignore_interrupts)
    greetings = await client.run(outpost.greet, on_error="return")
    if not greetings:
        raise SuiteError(
            f"调度器 {where} 上一个工作进程也没有\n  改法：在要出力的机器上 dask worker {where}"
        )
    on_loopback = is_loopback(urlsplit(setting.endpoints.message_url).hostname or "")
    for address, answer in greetings.items():
        if not isinstance(answer, outpost.Greeting) or answer.suite != __version__:
            found = answer.suite if isinstance(answer, outpost.Greeting) else type(answer).__name__
            raise SuiteError(
                f"工作进程 {address} 跑不了这一版（{found}）\n"
                f'  改法：在那里装 "maibot-tenancy-spec[load,cluster]" {__version__}，再重起它'
            )
        if on_loopback and answer.host != platform.node():
            raise ConfigError(
                "命令行", key="--cluster", found=f"{where}，其中 {address} 在别的机器上",
                allowed="目标在本机（127.0.0.1）时，工作进程也要都在本机",
                fix="目标的地址写成别的机器也连得到的",
            )  # fmt: skip
    return Crew(client, sorted(greetings), setting.run_id)


def _quiet() -> None:
    """Dask 的英文日志不进我们的输出；该说的由我们说。"""
    import dask

    dask.config.set({"logging": {"distributed": "critical", "bokeh": "critical"}})
