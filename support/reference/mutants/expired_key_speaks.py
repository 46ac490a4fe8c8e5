"""只有管理面看期限。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """期限只在管理面的验证里比较，说话的地方不看。"""

    def admit(right: Callable[..., Any], record: Record | None) -> Any:
        if record is None or not server.access.is_expired(record["expires_at"]):
            return right(record)
        trace.hit()
        return right({**record, "expires_at": None})

    replace(server.access, "_admit", admit, QUIET)


MUTANT = Mutant(
    title="过期的密钥还能说话",
    story="验证接口说密钥已过期，消息面却从不看期限，过期的照样进门。",
    catalogue=("A-04",),
    properties=("P7",),
    killed_by=("KEY-01", "KEY-02"),
    apply=apply,
)
