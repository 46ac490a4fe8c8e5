"""聊天记录只在正常停下时存盘。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, lose_on_crash
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """上次是被强杀的，聊天记录就没有了。"""
    lose_on_crash(server, "turns", trace)


MUTANT = Mutant(
    title="聊天记录只在正常停下时存盘",
    story="记录攒在内存里，正常停下才存盘，服务被强杀就全忘了。",
    catalogue=("F-11",),
    properties=("P11",),
    killed_by=("HIST-03",),
    apply=apply,
)
