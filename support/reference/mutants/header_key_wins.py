"""两处都有密钥时取错了一处。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference import messages
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """约定以地址里的密钥为准，却先读了请求头。"""

    def claimed(right: Callable[..., Any], request: web.Request, query: str, header: str) -> str:
        if query not in request.query or header not in request.headers:
            return str(right(request, query, header))
        trace.hit()
        return request.headers[header]

    replace(messages, "_claimed", claimed, QUIET)


MUTANT = Mutant(
    title="另外附上的密钥作数",
    story="地址里一把、请求头里一把，鉴权看了一把，认人用了另一把。",
    catalogue=("A-10",),
    properties=("P6",),
    killed_by=("CLAIM-01",),
    apply=apply,
)
