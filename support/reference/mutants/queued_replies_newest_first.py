"""留着的回复后进先出。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """取留着的回复时，次序写反了。"""
    rewrite(server.outbox, "first", trace, ("ORDER BY id", "ORDER BY id DESC"))


MUTANT = Mutant(
    title="留言后进先出",
    story="离线的回复当成栈来取：人回来先看见最后一句的回复。",
    catalogue=("G-16",),
    properties=("P13", "P11"),
    killed_by=("AWAY-01", "AWAY-02"),
    apply=apply,
)
