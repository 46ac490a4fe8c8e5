"""限额读过一次就一直用旧的。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """租户的限额缓存起来，改了也不作废。"""
    cached: dict[tuple[str, float], int | None] = {}

    def is_full(right: Any, tenant_id: str, ceiling: int | None, since: float) -> bool:
        window = 0.0 if since == server.limits.day_start() else 1.0
        old = cached.setdefault((tenant_id, window), ceiling)
        if old != ceiling:
            trace.hit()
        return bool(right(tenant_id, old, since))

    replace(server.limits, "_is_full", is_full, Trace(None))


MUTANT = Mutant(
    title="改了限额不生效",
    story="限额第一次用到时缓存下来：运营方放宽或收紧之后，照旧的算。",
    catalogue=("F-05",),
    properties=("P14", "P12"),
    killed_by=("LIMIT-03",),
    apply=apply,
)
