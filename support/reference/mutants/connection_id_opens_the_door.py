"""凭连接编号免验密钥。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference.connections import Connection
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """客户端自报的 x-uuid 与开着的某条连接相同，就当作它重连，不再验密钥。"""

    def admit(right: Callable[..., Any], request: web.Request, socket: Any) -> Any:
        known, wanted = right(request, socket), request.headers.get("x-uuid")
        for other in server.connections._all():
            if known is None and other.uuid == wanted:
                trace.hit()
                return Connection(socket, request.transport, other.identity, other.platform)
        return known

    replace(server.messages, "admit", admit, QUIET)


MUTANT = Mutant(
    title="有连接编号就不验密钥",
    story="断线重连走了快路，有开着的连接编号就放行，密钥是假的也进得来。",
    catalogue=("G-03", "G-08"),
    properties=("P6", "P7"),
    killed_by=("CLAIM-02",),
    apply=apply,
)
