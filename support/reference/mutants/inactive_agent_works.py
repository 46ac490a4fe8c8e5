"""认证不看智能体停没停用。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只核对密钥与租户的状态，漏了智能体的。"""

    def refusal(right: Callable[..., Any], record: Record | None) -> Any:
        if record is None or record["agent_status"] == "active":
            return right(record)
        trace.hit()
        return right({**record, "agent_status": "active"})

    replace(server.access, "refusal", refusal, QUIET)


MUTANT = Mutant(
    title="停用的智能体还在说话",
    story="智能体的状态存了却没人看，停用、归档之后照样作答、照样能管理。",
    catalogue=("A-06",),
    properties=("P7",),
    killed_by=("KEY-02", "BADGE-02", "ADMIN-05"),
    apply=apply,
)
