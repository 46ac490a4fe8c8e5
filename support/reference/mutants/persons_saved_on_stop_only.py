"""人物资料只在正常停下时存盘。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, lose_on_crash
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """上次是被强杀的，人物资料就没有了。"""
    lose_on_crash(server, "person_facts", trace)


MUTANT = Mutant(
    title="人物资料只在正常停下时存盘",
    story="资料攒在内存里，正常停下才存盘，服务被强杀就谁也不认得。",
    catalogue=("F-11",),
    properties=("P11",),
    killed_by=("WHO-07",),
    apply=apply,
)
