"""大模型的名额大家抢，没有各家的上限。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer

#: 全部名额。
_POOL = 8


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只有一个总名额，没有每家至多几个。"""
    scheduler = server.scheduler
    scheduler._total = scheduler._per_tenant = _POOL

    def pump(right: Any) -> None:
        if scheduler._busy >= _POOL:
            trace.hit()
        right()

    replace(scheduler, "_pump", pump, Trace(None))


MUTANT = Mutant(
    title="大模型的名额不分家",
    story="名额只有一个总数：一家的大模型卡住，占光全部名额，别家一句也答不了。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("CONC-04",),
    apply=apply,
)
