"""进管理面不看权限。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.envelope import Failure
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.scope import Scope
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """有效的密钥就放进管理面，权限表里有没有管理权限都一样。"""

    def scope(right: Callable[..., Any], key: str) -> Any:
        try:
            return right(key)
        except Failure:
            trace.hit()
            record = server.access.find(key)
            return None if record is None else Scope(record["tenant_id"])

    replace(server.gate, "scope", scope, QUIET)


MUTANT = Mutant(
    title="聊天的密钥也能管理",
    story="权限算出来了却没有用，嵌在客户端里的聊天密钥就能管理整个租户。",
    catalogue=("E-14",),
    properties=("P7", "P8"),
    killed_by=("ADMIN-04",),
    apply=apply,
)
