"""用掉的额度重启就清零。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """计数只在内存里：启动时从零数起。"""
    if server.store.run("DELETE FROM processed").rowcount:
        trace.hit()


MUTANT = Mutant(
    title="重启之后额度清零",
    story="今天说了几句只记在内存里：服务一重启，用完的额度又满了。",
    catalogue=("F-11", "H-01"),
    properties=("P12",),
    killed_by=("LIMIT-05",),
    apply=apply,
)
