"""消息面不看租户停没停用。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """租户的状态只有管理面看，说话的地方不看。"""

    def admit(right: Callable[..., Any], record: Record | None) -> Any:
        if record is None or record["tenant_status"] == "active":
            return right(record)
        trace.hit()
        return right({**record, "tenant_status": "active"})

    replace(server.access, "_admit", admit, QUIET)


MUTANT = Mutant(
    title="停用的租户还能说话",
    story="租户的状态存了，管理面看，消息面不看；欠费停用的租户照样聊天。",
    catalogue=("A-06",),
    properties=("P7",),
    killed_by=("KEY-02", "BADGE-02", "ACCOUNT-03"),
    apply=apply,
)
