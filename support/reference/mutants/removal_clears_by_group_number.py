"""注销时按群号清历史。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """删租户时连同号的聊天一起删了。"""

    def wrong(right: Callable[[str], None], tenant_id: str) -> None:
        theirs = "SELECT chat_id FROM turns WHERE tenant_id = ?"
        server.store.run(f"DELETE FROM turns WHERE chat_id IN ({theirs})", tenant_id)
        right(tenant_id)

    replace(server.directory, "remove_tenant", wrong, trace)


MUTANT = Mutant(
    title="注销时按群号清历史",
    story="注销一家时按群号删聊天记录，别家同号的群也被清空。",
    catalogue=("D-02",),
    properties=("P1", "P9"),
    killed_by=("KEEP-03",),
    apply=apply,
)
