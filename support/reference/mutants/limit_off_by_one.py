"""限额多放行一句。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """“够了”写成了“超过了”：恰好用完的那一句之后还放一句。"""

    def is_full(right: Any, tenant_id: str, ceiling: int | None, since: float) -> bool:
        if ceiling is None:
            return False
        said = server.limits.said_since(tenant_id, since)
        if said == ceiling:
            trace.hit()
        return said > ceiling

    replace(server.limits, "_is_full", is_full, Trace(None))


MUTANT = Mutant(
    title="限额多放一句",
    story="比较大小少写了等号：约定每天三句，其实能说四句。",
    properties=("P12",),
    killed_by=("LIMIT-01", "LIMIT-03"),
    apply=apply,
)
