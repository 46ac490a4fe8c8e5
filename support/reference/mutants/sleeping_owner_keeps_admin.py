"""管理面只看密钥本身，不看主人。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.scope import Scope
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """进管理面只核对密钥停没停用、过没过期，没看它的租户与智能体。"""

    def scope(right: Callable[..., Any], key: str) -> Scope | None:
        known: Scope | None = right(key)
        record = server.access.find(key)
        if known is not None or record is None:
            return known
        trace.hit()
        awake = {**record, "tenant_status": "active", "agent_status": "active"}
        return Scope(record["tenant_id"]) if server.access.refusal(awake) is None else None

    replace(server.gate, "scope", scope, QUIET)


MUTANT = Mutant(
    title="停用之后管理员还管得着",
    story="租户或智能体停用了，消息面拒绝，它的管理员却还能进管理面看、改。",
    catalogue=("A-06",),
    properties=("P7", "P8"),
    killed_by=("ADMIN-05",),
    apply=apply,
)
