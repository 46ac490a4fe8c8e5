"""注销智能体清空了整个租户的历史。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """清历史只写了租户这个条件，漏了智能体。"""

    def remove_agent(right: Callable[..., Any], agent_id: str) -> None:
        agent = server.directory.agent(agent_id)
        if agent is not None:
            server.store.run("DELETE FROM turns WHERE tenant_id = ?", agent["tenant_id"])
        right(agent_id)

    replace(server.directory, "remove_agent", remove_agent, trace)


MUTANT = Mutant(
    title="注销一个，同门的历史也没了",
    story="注销智能体时按租户清历史，同一家别的智能体也什么都不记得了。",
    catalogue=("D-02",),
    properties=("P2", "P9"),
    killed_by=("REMOVE-01",),
    apply=apply,
)
