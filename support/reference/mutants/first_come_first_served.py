"""先来的先答，不轮流。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer

#: 全部名额。
_POOL = 8


def apply(server: ReferenceServer, trace: Trace) -> None:
    """谁的话先到就先答谁的，各家之间不轮转。"""
    scheduler = server.scheduler
    scheduler._total = _POOL

    def next_tenant(right: Any) -> str | None:
        waiting = {
            tenant_id: min(tenant.waiting[chat][0] for chat in tenant.ready)
            for tenant_id, tenant in scheduler._tenants.items()
            if tenant.ready
        }
        if len(waiting) > 1:
            trace.hit()
        return min(waiting, key=lambda tenant_id: waiting[tenant_id], default=None)

    replace(scheduler, "next_tenant", next_tenant, Trace(None))


MUTANT = Mutant(
    title="刷屏的先占满",
    story="全服务先来先答：一家刷了两百句，后来的别家要等它全部答完。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("NOISE-01",),
    apply=apply,
)
