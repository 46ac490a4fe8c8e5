"""人设缓存了就不再读。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.archive import Turn
from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """第一次作答时读了人设，之后一直用缓存的，改了也不失效。"""
    cached: dict[str, Record] = {}

    def agent(right: Callable[..., Any], turn: Turn) -> Record:
        fresh: Record = right(turn)
        kept = cached.setdefault(turn.chat.agent_id, fresh)
        if kept != fresh:
            trace.hit()
        return kept

    replace(server.bot, "_agent", agent, QUIET)


MUTANT = Mutant(
    title="改了人设不生效",
    story="人设读一次就缓存着，没有期限也不失效，改了之后麦麦还是老样子。",
    catalogue=("F-05",),
    properties=("P14",),
    killed_by=("PERSONA-01", "SETTING-02"),
    apply=apply,
)
