"""被测目标：命令行的地址怎样覆盖配置，目标在不在，能不能对它加压。

职责：在起任何东西之前把目标定下来、敲一下门。不做什么：不收发业务消息。
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from support.config import Config
from support.config.schema import is_loopback
from support.errors import ConfigError, TargetUnreachable
from support.targets.local.state import adopt

#: 只有自己起的服务才谈得上的能力。
_OWN_PROCESS = ("重启", "模型限时")

#: 远处的目标超过这么多并发用户要明说。
_REMOTE_USERS = 20


def aim(
    config: Config, control: str | None, server: str | None, *, local: str | None = None
) -> Config:
    """命令行点了本机实例、给了地址就改测那里；内嵌配置只许指向本机。"""
    if local:
        if control or server:
            raise _wrong("--target", local, "与 --control-url、--server-url 只能给一样")
        return adopt(config, local)
    if not server and not control:
        return config
    control = control or config.target.control_url
    server = server or config.target.server_url
    if not control or not server:
        missing = "--control-url" if not control else "--server-url"
        raise _wrong(missing, "缺少", "管理面与消息面的地址都要给")
    for key, url, schemes in (
        ("--control-url", control, ("http", "https")),
        ("--server-url", server, ("ws", "wss", "http", "https")),
    ):
        host = _host(key, url, schemes)
        if config.target.kind == "embedded" and not is_loopback(host):
            raise ConfigError(
                "命令行",
                key=key,
                found=url,
                allowed="本机地址（127.0.0.1、localhost）",
                fix="测别的机器要有自己的配置：抄 configs/live.example.toml，用 --config 给出",
            )
    name = "外部服务" if config.target.kind == "embedded" else config.target.name
    # 外部的服务不由套件起停；没有管理员密钥，也就谈不上它的管理面鉴权。
    lacking = set(_OWN_PROCESS)
    if not config.target.operator_key_env:
        lacking.add("管理面鉴权")
    capabilities = tuple(c for c in config.target.capabilities if c not in lacking)
    target = replace(
        config.target,
        kind="live",
        name=name,
        control_url=control,
        server_url=_as_websocket(server),
        capabilities=capabilities,
    )
    return replace(config, target=target)


def _host(key: str, url: str, schemes: tuple[str, ...]) -> str:
    """地址里的主机；写得不像地址就说清楚哪里不对。"""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _wrong(key, url, "完整的地址，端口在 1 到 65535 之间") from None
    if parts.scheme not in schemes or not host:
        raise _wrong(key, url, "、".join(f"{scheme}://" for scheme in schemes) + " 开头的地址")
    return host


def _wrong(key: str, found: str, allowed: str) -> ConfigError:
    fix = "例：--control-url http://127.0.0.1:8000 --server-url ws://127.0.0.1:8095/ws"
    return ConfigError("命令行", key=key, found=found, allowed=allowed, fix=fix)


def _as_websocket(url: str) -> str:
    """消息面地址也可以写成 http(s)，缺路径时补 /ws（原来的 --server-url 就是这样写的）。"""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return parts._replace(scheme=scheme, path=parts.path.rstrip("/") or "/ws").geturl()


def pool_keys(config: Config, env: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """没有管理面的部署里放行的密钥；至少要两把，才分得出两家。"""
    name = config.target.keys_env
    keys = tuple(filter(None, (key.strip() for key in env.get(name or "", "").split(","))))
    if len(set(keys)) >= 2:
        return keys
    raise ConfigError(
        str(config.path),
        key="[target].keys_env",
        found=f"{name or '没有写'}，里面有 {len(set(keys))} 把密钥",
        allowed="一个环境变量的名字，里面是部署放行的密钥，逗号隔开，至少两把（建议 8 把）",
        fix='例：keys_env = "MAIBOT_KEYS"，运行前 export MAIBOT_KEYS=密钥一,密钥二',
    )


def guard_remote_load(config: Config, users: int, *, allowed: bool) -> None:
    """非本机目标的并发用户超过上限要明确许可。"""
    host = urlsplit(config.target.server_url or "ws://127.0.0.1").hostname
    if not is_loopback(host or "") and users > _REMOTE_USERS and not allowed:
        raise ConfigError(
            "--concurrent-users", found=str(users),
            allowed=f"非本机目标最多 {_REMOTE_USERS} 位并发用户",
            fix="确认对方经得起、也知情之后加 --allow-remote-load",
        )  # fmt: skip


def require_reachable(config: Config) -> None:
    """真实目标先敲一下门：地址错了几毫秒就该知道，不必等到场景里。"""
    if config.target.kind != "embedded":
        for url in filter(None, (config.target.control_url, config.target.server_url)):
            knock(url, config.timeouts.connect)


def knock(url: str, timeout: float) -> None:
    """`timeout` 秒内连得上这个地址的端口，否则 TargetUnreachable。"""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme in ("https", "wss") else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout).close()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TargetUnreachable(
            f"连不上被测服务：{url}（{reason}）\n"
            "  改法：确认服务在运行；检查 --server-url、--control-url 或配置的 [target]"
        ) from None
