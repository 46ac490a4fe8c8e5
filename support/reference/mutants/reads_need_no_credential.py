"""只读的接口忘了挂鉴权。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """觉得只是看看，读的路由都没有挂上鉴权。"""

    def is_open(right: Callable[..., Any], request: web.Request) -> bool:
        if right(request):
            return True
        if request.method == "GET":
            trace.hit()
        return request.method == "GET"

    replace(server.gate, "is_open", is_open, QUIET)


MUTANT = Mutant(
    title="查看不要凭证",
    story="改的接口有鉴权，读的接口忘了挂，谁都能把各家的东西看个遍。",
    catalogue=("E-07",),
    properties=("P7", "P8"),
    killed_by=("ADMIN-03", "ADMIN-04", "ADMIN-05"),
    apply=apply,
)
