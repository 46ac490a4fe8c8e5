"""本机的限度：打开文件数、可选的快件。

职责：够不够、不够怎么办。不做什么：不压测。
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
from collections.abc import Iterator, Mapping
from importlib.metadata import version

from support.errors import ConfigError

#: 除了连接，自己还要用的文件：台账、流水、日志、两个服务的管道。
_SPARE = 128
_INSTALL = 'python -m pip install "maibot-tenancy-spec[{extra}]"'


def require_extra() -> None:
    """压测要的两个包在不在。"""
    _require("load", {"numpy": "numpy", "hdrh": "hdrhistogram"})


def require_cluster() -> None:
    """派到别的进程去要的包在不在。"""
    _require("cluster", {"distributed": "distributed"})


def _require(extra: str, packages: Mapping[str, str]) -> None:
    """`packages` 是模块名 → 包名；缺哪个说哪个。"""
    missing = [one for name, one in packages.items() if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(
            "环境",
            key=extra,
            found=f"没有装 {'、'.join(missing)}",
            allowed=" 与 ".join(packages.values()),
            fix=_INSTALL.format(extra=extra),
        )


def raise_open_files(lanes: int) -> None:
    """打开文件的软上限不够就提到够；硬上限也不够就说清楚。"""
    try:
        import resource
    except ImportError:  # Windows 没有这个限度
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = lanes + _SPARE
    if soft == resource.RLIM_INFINITY or wanted <= soft:
        return
    if hard != resource.RLIM_INFINITY and wanted > hard:
        raise ConfigError(
            "环境",
            key="打开文件数",
            found=f"上限 {hard}",
            allowed=f"{lanes} 条连接至少要 {wanted}",
            fix=f"先 ulimit -n {wanted}（或改系统的限度），或少开几家（--tenants）",
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextlib.contextmanager
def fast_loop() -> Iterator[str]:
    """装了 uvloop 就用；给出用的是哪一种循环、哪一种线路，写进报告。"""
    wire = f"、picows {version('picows')}" if importlib.util.find_spec("picows") else ""
    if importlib.util.find_spec("uvloop") is None:
        yield f"asyncio{wire}"
        return
    import uvloop

    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        yield f"uvloop {version('uvloop')}{wire}"
    finally:
        asyncio.set_event_loop_policy(before)
