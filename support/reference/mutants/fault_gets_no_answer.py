"""大模型出错就没有下文。"""

from __future__ import annotations

from typing import Any

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """接住了错误，只写日志。"""

    def post(right: Any, turn: Any, asker: Any, agent: Any, words: str) -> None:
        if words == FALLBACK:
            trace.hit()
            server.archive.drop(turn.number)
            return
        right(turn, asker, agent, words)

    replace(server.bot, "_post", post, Trace(None))


MUTANT = Mutant(
    title="出错就没有下文",
    story="大模型报错只写了日志：用户的话石沉大海。",
    catalogue=("G-14",),
    properties=("P13", "P12"),
    killed_by=("ORDER-04",),
    apply=apply,
)
