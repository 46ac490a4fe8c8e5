"""历史行数改了不算。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference import bot
from support.reference.agent_config import DEFAULT_HISTORY_LINES
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """带几行历史总按缺省。"""

    def wrong(right: Callable[[Any], int], config: Any) -> int:
        return DEFAULT_HISTORY_LINES

    replace(bot, "history_lines", wrong, trace)


MUTANT = Mutant(
    title="历史行数改了不算",
    story="历史行数的设置没有接上，改成只看当前这句，旧话仍然带进提示词。",
    catalogue=("E-13",),
    properties=("P14",),
    killed_by=("SET-06",),
    apply=apply,
)
