"""人设是进程里的一份全局配置。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.archive import Turn
from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """改配置时覆盖了全局的人设，谁作答都用它。"""
    shared: dict[str, str] = {}

    def change(right: Callable[..., None], agent_id: str, fields: Mapping[str, Any]) -> None:
        right(agent_id, fields)
        shared["agent"] = agent_id

    def agent(right: Callable[..., Any], turn: Turn) -> Record:
        own: Record = right(turn)
        last = server.directory.agent(shared.get("agent", ""))
        if last is None or last["id"] == own["id"]:
            return own
        trace.hit()
        return {**own, "config": {**own["config"], "persona": last["config"].get("persona")}}

    replace(server.directory, "change_agent", change, QUIET)
    replace(server.bot, "_agent", agent, QUIET)


MUTANT = Mutant(
    title="一家改人设，家家都变",
    story="人设放在进程的全局配置里，谁最后改的，各家都跟着变。",
    catalogue=("F-07",),
    properties=("P1", "P14"),
    killed_by=("PERSONA-02",),
    apply=apply,
)
