"""忙的时候不重读配置。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from support.reference.archive import Turn
from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """智能体还有没答完的话时，沿用那句话读到的配置。"""
    busy: dict[str, list[Record]] = defaultdict(list)

    def agent(right: Callable[..., Any], turn: Turn) -> Record:
        fresh: Record = right(turn)
        kept = busy[turn.chat.agent_id]
        if kept and kept[0] != fresh:
            trace.hit()
        kept.append(kept[0] if kept else fresh)
        return kept[0]

    async def ask(right: Callable[..., Any], turn: Turn) -> Any:
        try:
            return await right(turn)
        finally:
            busy[turn.chat.agent_id][-2:] = []

    replace(server.bot, "_agent", agent, QUIET)
    replace(server.bot, "_ask", ask, QUIET)


MUTANT = Mutant(
    title="话没答完时改的人设不生效",
    story="忙的时候沿用手上的配置，前一句还没答完时改的人设，下一句还是旧的。",
    catalogue=("F-05",),
    properties=("P11", "P14"),
    killed_by=("SETTING-03",),
    apply=apply,
)
