"""用量记在缺省租户名下。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """记账的地方拿不到当前租户，退回缺省的：最早开通的那家。"""

    def count_message(right: Callable[..., Any], tenant_id: str) -> None:
        first = server.store.one("SELECT id FROM tenants ORDER BY rowid")
        right(tenant_id if first is None else first["id"])

    replace(server.usage, "count_message", count_message, trace)


MUTANT = Mutant(
    title="用量记到了缺省租户头上",
    story="记账时上下文已经丢了，退回缺省租户，一家替全部各家付账。",
    catalogue=("H-03",),
    properties=("P12",),
    killed_by=("ACCOUNT-02",),
    apply=apply,
)
