"""期限按错了的时区比较。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer

HOURS = 8 * 3600.0


def apply(server: ReferenceServer, trace: Trace) -> None:
    """拿东八区的期限去和协调世界时比，晚了八小时。"""

    def is_expired(right: Callable[..., Any], expires_at: float | None) -> bool:
        if expires_at is None:
            return False
        trace.hit()
        return bool(right(expires_at + HOURS))

    replace(server.access, "is_expired", is_expired, QUIET)


MUTANT = Mutant(
    title="过期晚了八小时",
    story="存的是协调世界时，比较时当作本地时间，刚过期的密钥还能再用八小时。",
    catalogue=("F-14",),
    properties=("P7",),
    killed_by=("KEY-01", "ADMIN-04"),
    apply=apply,
)
