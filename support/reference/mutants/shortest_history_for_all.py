"""一家调短历史、全体都短。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference import bot
from support.reference.agent_config import DEFAULT_HISTORY_LINES
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """带几行历史取全体用过的最小值。"""
    shortest = [DEFAULT_HISTORY_LINES]

    def wrong(right: Callable[[Any], int], config: Any) -> int:
        shortest.append(min(shortest[-1], right(config)))
        return shortest[-1]

    replace(bot, "history_lines", wrong, trace)


MUTANT = Mutant(
    title="一家调短历史、全体都短",
    story="历史行数写进了全局配置，一家改成只看当前这句，别家也跟着忘。",
    catalogue=("F-07", "D-14"),
    properties=("P14",),
    killed_by=("SET-06",),
    spares=(),
    apply=apply,
)
