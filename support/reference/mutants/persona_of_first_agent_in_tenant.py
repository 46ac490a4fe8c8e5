"""人设按租户取。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.archive import Turn
from support.reference.directory import Record
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """配置按租户取，取到的总是它的第一个智能体的。"""

    def agent(right: Callable[..., Any], turn: Turn) -> Record:
        own: Record = right(turn)
        (first, *_), _ = server.directory.agents(turn.chat.tenant_id, None, 1, 1)
        if first["id"] == own["id"]:
            return own
        trace.hit()
        return {**own, "config": {**own["config"], "persona": first["config"].get("persona")}}

    replace(server.bot, "_agent", agent, QUIET)


MUTANT = Mutant(
    title="同门共用一份人设",
    story="配置按租户缓存，同一家的第二个智能体用的是第一个的人设。",
    catalogue=("F-07", "F-09"),
    properties=("P2", "P14"),
    killed_by=("SETTING-01", "SET-03"),
    apply=apply,
)
