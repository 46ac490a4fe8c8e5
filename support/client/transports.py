"""接法：线路 × 帧的写法，按名字取。

职责：名字对应什么、缺不缺依赖。不做什么：不含任何一种接法的细节。
"""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from support.client.dialects import Bare, Dialect, Enveloped
from support.client.socketio_wire import open_socketio
from support.client.wires import Address, Badge, Wire, open_legacy, open_native
from support.errors import ConfigError

INSTALL_SOCKETIO = 'python -m pip install "maibot-tenancy-spec[socketio]"（或 python-socketio）'


@dataclass(frozen=True, slots=True)
class Transport:
    """一种接法。`needs` 是它另要的包（模块名），不要则为空。"""

    title: str
    open: Callable[[aiohttp.ClientSession, Address, Badge], Awaitable[Wire]]
    dialect: Dialect
    needs: str = ""


TRANSPORTS = {
    "native": Transport("原生 WebSocket", open_native, Enveloped()),
    "socketio": Transport("Socket.IO", open_socketio, Enveloped(), needs="socketio"),
    "legacy": Transport("旧版直连", open_legacy, Bare()),
}


def require_transport(name: str, where: str) -> Transport:
    """按名字取；缺了它要的包就说怎么装。`where` 是写着它的配置文件。"""
    transport = TRANSPORTS[name]
    if transport.needs and importlib.util.find_spec(transport.needs) is None:
        raise ConfigError(
            where,
            key="[target].transport",
            found=f"{name}，但没有装 python-socketio",
            allowed="装好 python-socketio，或换一种接法",
            fix=INSTALL_SOCKETIO,
        )
    return transport
