"""从不认重发。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收话时没有查信封编号。"""

    def is_duplicate(right: Any, *place: Any) -> bool:
        if right(*place):
            trace.hit()
        return False

    replace(server.archive, "is_duplicate", is_duplicate, Trace(None))


MUTANT = Mutant(
    title="重发的话又答一遍",
    story="没收到确认就重发是客户端的本分，服务不认编号，同一句话答了两遍。",
    catalogue=("G-11",),
    properties=("P13",),
    killed_by=("DELIV-04", "RETRY-01"),
    apply=apply,
)
