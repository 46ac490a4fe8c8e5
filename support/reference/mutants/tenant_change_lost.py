"""答应了修改租户资料，却没有写进去。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """白名单里漏了说明这个字段，应答照样说成功。"""

    def change(right: Callable[..., Any], row_id: str, fields: Mapping[str, Any]) -> None:
        if "description" in fields:
            trace.hit()
        right(row_id, {name: value for name, value in fields.items() if name != "description"})

    replace(server.directory, "change_tenant", change, QUIET)


MUTANT = Mutant(
    title="租户资料改了等于没改",
    story="应答说租户资料更新成功，读回来还是旧的。",
    catalogue=("E-13",),
    properties=("P14",),
    killed_by=("MANAGE-03",),
    apply=apply,
)
