"""连接的平台以请求头为准。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference import messages
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """地址里与请求头里写了两个平台时，信了请求头。"""

    def claimed(right: Callable[..., str], request: Any, query: str, header: str) -> str:
        wanted = right(request, query, header)
        other = request.headers.get(header, wanted)
        if query != "platform" or other == wanted:
            return wanted
        trace.hit()
        return str(other)

    replace(messages, "_claimed", claimed, QUIET)


MUTANT = Mutant(
    title="请求头里的平台作数",
    story="连接的平台有两处来源而次序写反了，连在QQ的人附带写一句微信，就接上了微信上的聊天。",
    catalogue=("G-20",),
    properties=("P4", "P6"),
    killed_by=("CLAIM-04",),
    apply=apply,
)
