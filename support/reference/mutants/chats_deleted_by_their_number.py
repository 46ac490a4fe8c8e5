"""注销时按聊天编号删历史。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """先找出它有哪些聊天，再按聊天编号去删，没有带上租户。"""

    def remove_tenant(right: Callable[..., Any], tenant_id: str) -> None:
        for table, column in (("turns", "chat_id"), ("memories", "user_id")):
            server.store.run(
                f"DELETE FROM {table} WHERE {column} IN"
                f" (SELECT {column} FROM turns WHERE tenant_id = ?)",
                tenant_id,
            )
        right(tenant_id)

    replace(server.directory, "remove_tenant", remove_tenant, trace)


MUTANT = Mutant(
    title="注销一家，同号的聊天都没了",
    story="注销时按群号、用户编号清历史，别家同号的群和用户也被清空。",
    catalogue=("D-02",),
    properties=("P1", "P9"),
    killed_by=("REMOVE-04",),
    apply=apply,
)
