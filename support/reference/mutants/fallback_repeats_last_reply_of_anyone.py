"""兜底时拿最近一次成功的回答顶上。"""

from __future__ import annotations

from typing import Any

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """大模型不行，就回最近一次答成的话，不管是答谁的。"""
    good: list[str] = []

    async def words(right: Any, turn: Any) -> str:
        answered: str = await right(turn)
        if answered != FALLBACK:
            good[:] = [answered]
        elif good:
            trace.hit()
            return good[0]
        return answered

    replace(server.bot, "_words", words, Trace(None))


MUTANT = Mutant(
    title="兜底重放别人的回答",
    story="出错时“先用上一次的结果”，上一次是别家的：别家的话成了这家的回复。",
    catalogue=("D-11",),
    properties=("P1", "P12"),
    killed_by=("FALL-02",),
    apply=apply,
)
