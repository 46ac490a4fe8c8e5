"""私事带进群里。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆私事时没有看此刻是不是私聊。"""
    rewrite(
        server.archive, "recall", trace, ("AND kind = ? AND platform", f"AND {ANYONE} AND platform")
    )


MUTANT = Mutant(
    title="私事带进群里",
    story="群里作答时把提问者私下托付的事也想了起来，当众说了出来。",
    catalogue=("D-06",),
    properties=("P3",),
    killed_by=("MEM-03",),
    apply=apply,
)
