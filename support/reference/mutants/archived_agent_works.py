"""认证只拒绝停用的，漏了归档的。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """写成“停用的不放行”而不是“只放行启用的”，归档这种状态就漏了。"""

    def refusal(right: Callable[..., Any], record: Record | None) -> Any:
        if record is None or record["agent_status"] != "archived":
            return right(record)
        trace.hit()
        return right({**record, "agent_status": "active"})

    replace(server.access, "refusal", refusal, QUIET)


MUTANT = Mutant(
    title="归档的智能体还在说话",
    story="后来添了归档这种状态，认证里只写着拒绝停用的，归档了的照样作答。",
    catalogue=("A-06",),
    properties=("P7",),
    killed_by=("BADGE-02", "BADGE-03"),
    apply=apply,
)
