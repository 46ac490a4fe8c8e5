"""答应了修改人设，却没有写进去。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """修改智能体时只合并认得的几节配置，人设不在其中。"""

    def change(right: Callable[..., Any], agent_id: str, fields: Mapping[str, Any]) -> None:
        old = server.directory.agent(agent_id)
        if old is None or "config" not in fields:
            return right(agent_id, fields)  # type: ignore[no-any-return]
        trace.hit()
        config = {**fields["config"], "persona": old["config"].get("persona")}
        return right(agent_id, {**fields, "config": config})  # type: ignore[no-any-return]

    replace(server.directory, "change_agent", change, QUIET)


MUTANT = Mutant(
    title="人设改了等于没改",
    story="更新配置时人设这一节被悄悄丢掉，应答说成功，麦麦还是老样子。",
    catalogue=("E-13",),
    properties=("P14",),
    killed_by=("MANAGE-03", "PERSONA-01"),
    apply=apply,
)
