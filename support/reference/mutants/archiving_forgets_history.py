"""归档时清掉了聊天历史。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """归档当成了注销的前一步，先把历史清了。"""

    def change_agent(right: Callable[..., Any], agent_id: str, fields: Mapping[str, Any]) -> None:
        right(agent_id, fields)
        if fields.get("status") == "archived":
            trace.hit()
            server.store.run("DELETE FROM turns WHERE agent_id = ?", agent_id)

    replace(server.directory, "change_agent", change_agent, QUIET)


MUTANT = Mutant(
    title="归档又恢复就忘了聊过的话",
    story="归档时为了省地方清了聊天历史，恢复之后麦麦一句也想不起。",
    catalogue=("F-11",),
    properties=("P7", "P9"),
    killed_by=("LIFE-03",),
    apply=apply,
)
