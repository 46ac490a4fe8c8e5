"""本机实例的去处与状态文件：谁在跑、在哪个端口、用哪些密钥。

职责：目录、存取、进程还在不在。不做什么：不起停进程（instance）。
密钥只在这一个文件里，权限 0600；目录也只有自己进得去。
"""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from support.config import CAPABILITIES, Config, PlatformConfig
from support.errors import ConfigError
from support.targets.profile import profile

#: 本机实例的密钥经由它交给工作进程；只在环境变量里，不上命令行。
KEYS_ENV = "MAISPEC_TARGET_KEYS"
_FILE = "instance.json"


@dataclass(frozen=True, slots=True)
class State:
    """一台已经拉起来的实例。`started` 与进程编号一起认进程，编号会被别人重用。"""

    pid: int
    started: str
    version: str
    api_url: str
    legacy_url: str
    model_port: int
    platforms: tuple[str, ...]
    keys: tuple[str, ...] = field(repr=False)


def home() -> Path:
    """本机实例放在使用者的缓存目录里；``XDG_CACHE_HOME`` 改得了。"""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "maispec" / "maibot"


def write(folder: Path, state: State) -> None:
    """写下状态；文件一出生就只有自己读得了。"""
    path = folder / _FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(state), file)


def read(folder: Path) -> State | None:
    """读回状态；没有或读不懂就是没有实例。"""
    try:
        row = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return State(**{**row, "platforms": tuple(row["platforms"]), "keys": tuple(row["keys"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def birth(pid: int) -> str:
    """进程何时出生（内核的记法）；看不到就是空。"""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def alive(state: State) -> bool:
    """它还在跑，而且还是当初那个进程。"""
    try:
        os.kill(state.pid, 0)
    except OSError:
        return False
    return birth(state.pid) == state.started


def adopt(
    config: Config,
    name: str,
    *,
    env: MutableMapping[str, str] = os.environ,
    folder: Path | None = None,
) -> Config:
    """让这次运行测 `name` 那一类的本机实例；没有实例在跑就说怎么起。"""
    chosen = profile(name)
    state = read(folder or home())
    if state is None or not alive(state):
        raise ConfigError(
            "--target",
            found=f"{name}，但本机没有它的实例在运行",
            allowed="已经用 python -m support target maibot up 起好的实例",
            fix="先运行 python -m support target maibot up --accept-eula（装好约一分钟）",
        )
    env[KEYS_ENV] = ",".join(state.keys)
    urls = {"native": state.api_url, "legacy": state.legacy_url}
    target = replace(
        config.target,
        kind="live",
        profile=name,
        name=chosen.title,
        version=state.version,
        control_url=None,
        server_url=urls[chosen.transport],
        keys_env=KEYS_ENV,
        capabilities=tuple(c for c in CAPABILITIES.values() if c in chosen.capabilities),
    )
    return replace(
        config,
        target=target,
        platforms=_declared(config, state),
        observer=replace(config.observer, listen=f"127.0.0.1:{state.model_port}", public_url=None),
        timeouts=replace(config.timeouts, reply=chosen.reply_s, run=3600.0),
    )


def _declared(config: Config, state: State) -> tuple[PlatformConfig, ...]:
    """实例里没有声明的平台，话会被确认却永远没有回复；先说清楚，免得全是没有回复。"""
    for platform in config.platforms:
        if platform.platform not in state.platforms:
            raise ConfigError(
                str(config.path),
                key="[[platforms]].platform",
                found=platform.platform,
                allowed="、".join(state.platforms),
                fix="先 target maibot down，再带 --platforms 重新 up",
            )
    return config.platforms
