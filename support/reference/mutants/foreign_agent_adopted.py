"""核对智能体的归属时只核对它存在。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.scope import View
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只看智能体有没有，没看它是不是这个租户的。"""

    def agent_of(right: Callable[..., Any], view: View, tenant_id: str, agent_id: str) -> Any:
        own = right(view, tenant_id, agent_id)
        if own is not None:
            return own
        trace.hit()
        return server.directory.agent(agent_id)

    replace(View, "agent_of", agent_of, QUIET)


MUTANT = Mutant(
    title="别家的智能体认得到自己名下",
    story="发密钥、登记、写设置时租户写自己、智能体写别家，只核对了智能体存在。",
    catalogue=("E-04", "E-08"),
    properties=("P6", "P8"),
    killed_by=("TOUCH-02",),
    apply=apply,
)
