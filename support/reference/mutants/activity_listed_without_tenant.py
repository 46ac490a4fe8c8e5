"""列活跃状态时漏了租户。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """租户是可选的条件，没有传下去就列出全部。"""

    def current(right: Callable[..., Any], tenant_id: str | None) -> Any:
        if tenant_id is not None:
            trace.hit()
        return right(None)

    replace(server.activity, "current", current, QUIET)


MUTANT = Mutant(
    title="活跃状态的名录不分租户",
    story="租户是可选的条件，调用时忘了传，每家看到的都是全部各家的在线智能体。",
    catalogue=("C-03", "E-01"),
    properties=("P8",),
    killed_by=("MGMT-03",),
    apply=apply,
)
