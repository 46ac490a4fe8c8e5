"""按状态筛选不起作用。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查询参数读了，没有拼进语句。"""

    def page(
        right: Callable[..., Any], table: str, where: Mapping[str, Any], number: int, size: int
    ) -> Any:
        if where.get("status") is not None:
            trace.hit()
        return right(table, {**where, "status": None}, number, size)

    replace(server.directory, "_page", page, QUIET)


MUTANT = Mutant(
    title="筛选停用的却列出全部",
    story="状态条件读了却没有用，管理员以为都停用了，其实没有。",
    catalogue=("E-13",),
    properties=("P8",),
    killed_by=("MGMT-05",),
    apply=apply,
)
