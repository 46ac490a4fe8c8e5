"""见过的信封编号只在内存里，重启就忘。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """编号记在进程的集合里，没有落盘。"""
    seen: set[tuple[str, str, str]] = set()

    def is_duplicate(right: Any, identity: Any, platform: str, msg_id: str) -> bool:
        place = (identity.key_id, platform, msg_id)
        if place not in seen and right(identity, platform, msg_id):
            trace.hit()
        found = place in seen
        seen.add(place)
        return found

    replace(server.archive, "is_duplicate", is_duplicate, Trace(None))


MUTANT = Mutant(
    title="重启就忘了答过什么",
    story="去重的集合没有落盘：服务重启之后客户端重发一遍，已经答过的话又答一遍。",
    catalogue=("G-11", "F-11"),
    properties=("P13",),
    killed_by=("RETRY-02",),
    apply=apply,
)
