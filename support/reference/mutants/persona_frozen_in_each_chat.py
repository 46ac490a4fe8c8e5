"""人设在聊天开始时定住。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.archive import Chat, Turn
from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """聊天对象创建时抄下人设，此后只用抄下的。"""
    frozen: dict[Chat, Record] = {}

    def agent(right: Callable[..., Any], turn: Turn) -> Record:
        fresh: Record = right(turn)
        kept = frozen.setdefault(turn.chat, fresh)
        if kept != fresh:
            trace.hit()
        return kept

    replace(server.bot, "_agent", agent, QUIET)


MUTANT = Mutant(
    title="老聊天不换人设",
    story="人设在聊天对象创建时抄下来，改了之后新聊天是新的、老聊天还是旧的。",
    catalogue=("F-06",),
    properties=("P14",),
    killed_by=("PERSONA-01",),
    apply=apply,
)
