"""智能体的名字在各家之间不许相同。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.directory import NameTaken
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查重名时漏了租户一列。"""

    def add(right: Callable[..., Any], fields: Mapping[str, Any]) -> Any:
        taken = server.store.one(
            "SELECT 1 FROM agents WHERE name = ? AND tenant_id <> ?",
            fields["name"],
            fields["tenant_id"],
        )
        if taken is not None:
            trace.hit()
            raise NameTaken
        return right(fields)

    replace(server.directory, "add_agent", add, QUIET)


MUTANT = Mutant(
    title="智能体的名字全局唯一",
    story="查重名漏了租户，别家用过的名字自家就用不了，由此还看得出别家有什么智能体。",
    catalogue=("B-19", "E-11"),
    properties=("P8",),
    killed_by=("MANAGE-05",),
    apply=apply,
)
