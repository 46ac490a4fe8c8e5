"""兜底说了两遍。"""

from __future__ import annotations

from typing import Any

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """里层出错时回了一句，外层又回一句。"""

    def post(right: Any, turn: Any, asker: Any, agent: Any, words: str) -> None:
        right(turn, asker, agent, words)
        if words == FALLBACK:
            trace.hit()
            right(turn, asker, agent, words)

    replace(server.bot, "_post", post, Trace(None))


MUTANT = Mutant(
    title="兜底说两遍",
    story="两层都接住了同一个错误、各说一遍兜底：一句话得到两条回复。",
    catalogue=("G-11",),
    properties=("P13", "P12"),
    killed_by=("MODEL-01", "ORDER-04", "FALL-03"),
    apply=apply,
)
