"""停用租户时顺手停用了密钥。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """停用租户时把名下的密钥一并停用，恢复时没有还原。"""

    def change_tenant(right: Callable[..., Any], tenant_id: str, fields: Mapping[str, Any]) -> None:
        right(tenant_id, fields)
        if fields.get("status") == "suspended":
            trace.hit()
            server.store.run(
                "UPDATE api_keys SET status = 'disabled' WHERE tenant_id = ?", tenant_id
            )

    replace(server.directory, "change_tenant", change_tenant, QUIET)


MUTANT = Mutant(
    title="恢复之后密钥仍然停用",
    story="停用租户顺手停用了全部密钥，恢复时没有还原，续了费的租户还是进不来。",
    catalogue=("A-06",),
    properties=("P7",),
    killed_by=("KEY-03",),
    apply=apply,
)
