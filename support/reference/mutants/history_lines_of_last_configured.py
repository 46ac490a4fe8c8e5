"""历史行数写进了全局配置。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference import bot
from support.reference.agent_config import DEFAULT_HISTORY_LINES, history_lines
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """带几行历史，一律照最后开通或改过的那个智能体。"""
    shared = {"max_context_size": DEFAULT_HISTORY_LINES}

    def configured(right: Callable[..., Any], *change: Any) -> Any:
        shared["max_context_size"] = history_lines(change[-1].get("config") or {})
        return right(*change)

    def wrong(right: Callable[[Any], int], config: Any) -> int:
        if right(config) != shared["max_context_size"]:
            trace.hit()
        return shared["max_context_size"]

    replace(server.directory, "add_agent", configured, Trace(None))
    replace(server.directory, "change_agent", configured, Trace(None))
    replace(bot, "history_lines", wrong, Trace(None))


MUTANT = Mutant(
    title="历史行数写进了全局配置",
    story="历史行数写进了全局配置，一家改成只看当前这句，别家也跟着忘。",
    catalogue=("F-07", "D-14"),
    properties=("P14",),
    killed_by=("SET-06",),
    apply=apply,
)
