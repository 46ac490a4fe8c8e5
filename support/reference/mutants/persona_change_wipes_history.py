"""改人设就清空历史。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """改智能体时把它的聊天记录删了。"""

    def wrong(right: Callable[..., None], agent_id: str, fields: Mapping[str, Any]) -> None:
        server.store.run("DELETE FROM turns WHERE agent_id = ?", agent_id)
        right(agent_id, fields)

    replace(server.directory, "change_agent", wrong, trace)


MUTANT = Mutant(
    title="改人设就清空历史",
    story="改配置时重建智能体，它的聊天记录随旧的一起丢了。",
    catalogue=("F-11",),
    properties=("P1", "P14"),
    killed_by=("KEEP-04",),
    apply=apply,
)
