"""权限只在连接时看一次。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """每句话重新核对密钥时只看停没停用，没看权限还在不在。"""

    def still(right: Callable[..., Any], key_id: str) -> Any:
        identity, key = right(key_id), server.directory.key(key_id)
        if identity is not None or key is None or not key["permissions"]:
            return identity
        trace.hit()
        record = server.access.find(key["api_key"])
        return server.access._admit(None if record is None else {**record, "permissions": []})

    replace(server.access, "still", still, QUIET)


MUTANT = Mutant(
    title="收回权限对连着的无效",
    story="聊天权限在连接时看过一次，之后收回，已经连着的照样聊下去。",
    catalogue=("A-05", "E-14"),
    properties=("P7",),
    killed_by=("BADGE-03",),
    apply=apply,
)
