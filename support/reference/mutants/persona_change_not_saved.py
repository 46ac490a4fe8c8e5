"""改的人设只在内存里。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """人设改在内存里，库里仍是旧的。"""
    changed: dict[str, Any] = {}

    def change(right: Callable[..., None], agent_id: str, fields: Mapping[str, Any]) -> None:
        agent, config = stored(agent_id), fields.get("config")
        if agent is not None and config is not None:
            changed[agent_id] = config.get("persona")
            fields = {**fields, "config": {**config, "persona": agent["config"].get("persona")}}
        right(agent_id, fields)

    def read(right: Callable[[str], Record | None], agent_id: str) -> Record | None:
        agent = right(agent_id)
        if agent is None or agent_id not in changed:
            return agent
        return {**agent, "config": {**agent["config"], "persona": changed[agent_id]}}

    stored = server.directory.agent
    replace(server.directory, "change_agent", change, trace)
    replace(server.directory, "agent", read, Trace(None))


MUTANT = Mutant(
    title="改的人设只在内存里",
    story="改的人设只进了缓存、没有写库，重启之后变回原来的。",
    catalogue=("E-13", "F-11"),
    properties=("P1", "P2", "P11", "P14"),
    killed_by=("SET-04",),
    apply=apply,
)
