"""别家的智能体答“没有权限”，没有的答“不存在”。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.envelope import Failure
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.scope import View
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """别家的报“没有权限”，没有的报“不存在”，两种答复分得出来。"""

    def agent(right: Callable[..., Any], view: View, agent_id: str) -> Any:
        if right(view, agent_id) is None and server.directory.agent(agent_id) is not None:
            trace.hit()
            raise Failure("AUTH_003", "没有权限操作这个智能体")
        return right(view, agent_id)

    replace(View, "agent", agent, QUIET)


MUTANT = Mutant(
    title="从报错看得出别家有没有",
    story="先查有没有、再查归谁，两种报错不一样，一个个试过去就知道别家有哪些智能体。",
    catalogue=("E-11",),
    properties=("P8",),
    killed_by=("ADMIN-01",),
    apply=apply,
)
