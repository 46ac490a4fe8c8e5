"""没答完的话重启就忘。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """排队的话只在内存里，启动时没有从库里接着来。"""

    def waiting(right: Any) -> list[Any]:
        if right():
            trace.hit()
        return []

    replace(server.archive, "waiting", waiting, Trace(None))


MUTANT = Mutant(
    title="重启丢掉没答完的话",
    story="确认过却还没答的话只排在内存里，服务一倒就没了。",
    catalogue=("F-11",),
    properties=("P13", "P11"),
    killed_by=("DELIV-03",),
    apply=apply,
)
