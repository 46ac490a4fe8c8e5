"""按状态筛选时忘了租户。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """有状态条件时换了一条语句，那条没有租户。"""

    def page(
        right: Callable[..., Any], table: str, where: Mapping[str, Any], number: int, size: int
    ) -> Any:
        if where.get("status") is None:
            return right(table, where, number, size)
        trace.hit()
        return right(table, {"status": where["status"]}, number, size)

    replace(server.directory, "_page", page, QUIET)


MUTANT = Mutant(
    title="只看停用的就不分租户",
    story="按状态筛选走了另一条语句，漏了租户，列出了别家停用的东西。",
    catalogue=("E-01",),
    properties=("P8",),
    killed_by=("MGMT-05",),
    apply=apply,
)
