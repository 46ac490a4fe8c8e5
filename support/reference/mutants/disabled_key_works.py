"""认证不看密钥停没停用。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """停用改了那行的状态，认证从不读它。"""

    def refusal(right: Callable[..., Any], record: Record | None) -> Any:
        if record is None or record["status"] == "active":
            return right(record)
        trace.hit()
        return right({**record, "status": "active"})

    replace(server.access, "refusal", refusal, QUIET)


MUTANT = Mutant(
    title="停用的密钥还能用",
    story="停用只改了状态一列，认证的地方没有看它；管理员点了停用，密钥照样能说话。",
    catalogue=("A-03",),
    properties=("P7",),
    killed_by=("KEY-01", "KEY-02"),
    apply=apply,
)
