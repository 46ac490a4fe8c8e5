"""翻到第二页就忘了租户。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """第一页带着条件查，下一页的游标里没有带上租户。"""

    def page(
        right: Callable[..., Any], table: str, where: Mapping[str, Any], number: int, size: int
    ) -> Any:
        if number == 1 or "tenant_id" not in where:
            return right(table, where, number, size)
        trace.hit()
        return right(table, {}, number, size)

    replace(server.directory, "_page", page, QUIET)


MUTANT = Mutant(
    title="第二页不分租户",
    story="第一页对，翻页用的条件没有带上租户，第二页起就是各家混在一起。",
    catalogue=("E-01", "E-05"),
    properties=("P8",),
    killed_by=("MGMT-04",),
    apply=apply,
)
