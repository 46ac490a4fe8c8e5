"""兜底时把用户的话抄在里面。"""

from __future__ import annotations

from typing import Any

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """报错的话里带上了出错的那一句。"""

    async def words(right: Any, turn: Any) -> str:
        answered: str = await right(turn)
        if answered == FALLBACK:
            trace.hit()
            return f"处理“{turn.words}”时出错了。"
        return answered

    replace(server.bot, "_words", words, Trace(None))


MUTANT = Mutant(
    title="兜底里带着原话",
    story="把异常的原文当回复送出去：群里一句私密的话，随着报错又念了一遍。",
    catalogue=("E-11",),
    properties=("P12", "P1"),
    killed_by=("FALL-01",),
    apply=apply,
)
