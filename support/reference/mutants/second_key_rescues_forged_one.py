"""第一把密钥不对就试第二把。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference.connections import Connection
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """地址里的密钥不放行，就拿请求头里的再试。"""

    def admit(right: Callable[..., Any], request: web.Request, socket: Any) -> Any:
        known = right(request, socket)
        identity = server.access.identify(request.headers.get("x-apikey", ""))
        if known is not None or identity is None:
            return known
        trace.hit()
        platform = request.headers["x-platform"]
        return Connection(socket, request.transport, identity, platform)

    replace(server.messages, "admit", admit, QUIET)


MUTANT = Mutant(
    title="第一把不对就试第二把",
    story="为了兼容新旧客户端，地址里的密钥不对就再试请求头里的，伪造的也被救了进来。",
    catalogue=("A-12",),
    properties=("P6", "P7"),
    killed_by=("CLAIM-02",),
    apply=apply,
)
