"""总数数了各家的。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """名录分了租户，数总数时没有分。"""

    def page(
        right: Callable[..., Any], table: str, where: Mapping[str, Any], number: int, size: int
    ) -> Any:
        rows, total = right(table, where, number, size)
        if "tenant_id" not in where:
            return rows, total
        trace.hit()
        return rows, right(table, {}, 1, 1)[1]

    replace(server.directory, "_page", page, QUIET)


MUTANT = Mutant(
    title="总数是各家加在一起的",
    story="列出的是自己的，自报的总数却是全部各家的，别家有多少一减便知。",
    catalogue=("E-05",),
    properties=("P8",),
    killed_by=("MGMT-01", "MGMT-04"),
    apply=apply,
)
