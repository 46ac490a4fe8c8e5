"""注销的时刻只记在内存里。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.archive import Turn
from support.reference.mutation import QUIET, Mutant, Trace, left_behind, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销不删历史，只在内存里记“此前的不算”；重启之后不记得了。"""
    left_behind(server, "turns", QUIET)
    floors: dict[str, int] = {}

    def remove_agent(right: Callable[..., Any], agent_id: str) -> None:
        agent, last = (
            server.directory.agent(agent_id),
            server.store.one("SELECT coalesce(max(turn), 0) FROM turns"),
        )
        if agent is not None and last is not None:
            floors[agent["name"]] = last[0]
        right(agent_id)

    def history(right: Callable[..., Any], turn: Turn, limit: int) -> Any:
        agent = server.directory.agent(turn.chat.agent_id)
        floor = floors.get(agent["name"] if agent else "")
        if floor is None:
            trace.hit()
            return right(turn, limit)
        return right(turn, min(limit, 2 * (turn.number - floor) - 1))

    replace(server.directory, "remove_agent", remove_agent, QUIET)
    replace(server.archive, "history", history, QUIET)


MUTANT = Mutant(
    title="重启之后旧话又回来",
    story="注销只在内存里记了一笔，历史还在库里；服务一重启，同名重开的又想起了旧话。",
    catalogue=("F-02", "F-10"),
    properties=("P9", "P11"),
    killed_by=("REMOVE-05",),
    apply=apply,
)
