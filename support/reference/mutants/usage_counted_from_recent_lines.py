"""用量从有限的明细里数。"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer

KEPT = 16


def apply(server: ReferenceServer, trace: Trace) -> None:
    """用量从最近若干句的明细里数，明细各家共用、满了就丢旧的。"""
    recent: deque[str] = deque(maxlen=KEPT)

    def count_message(right: Callable[..., Any], tenant_id: str) -> None:
        if len(recent) == KEPT:
            trace.hit()
        recent.append(tenant_id)
        right(tenant_id)

    def totals(right: Callable[..., Any], tenant_id: str) -> dict[str, int]:
        return {**right(tenant_id), "messages": recent.count(tenant_id)}

    replace(server.usage, "count_message", count_message, QUIET)
    replace(server.usage, "totals", totals, QUIET)


MUTANT = Mutant(
    title="刷屏之后用量少记",
    story="用量从一份有限长的明细里数，一家刷屏，旧的被挤掉，谁的账都对不上。",
    catalogue=("D-17", "H-03"),
    properties=("P12",),
    killed_by=("ACCOUNT-06",),
    apply=apply,
)
