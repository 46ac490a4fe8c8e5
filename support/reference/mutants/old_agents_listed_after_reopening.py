"""名录按租户名字找。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销的租户改名留档，名录却按名字的开头找，同名重开的就带上了旧的。"""

    def remove_tenant(right: Callable[..., Any], tenant_id: str) -> None:
        server.store.run(
            "UPDATE tenants SET tenant_name = tenant_name || '（已注销）' || id,"
            " status = 'inactive' WHERE id = ?",
            tenant_id,
        )

    namesakes = (
        "tenant_id IN (SELECT id FROM tenants WHERE instr(tenant_name,"
        " (SELECT tenant_name FROM tenants WHERE id = ?)) = 1)"
    )
    replace(server.directory, "remove_tenant", remove_tenant, QUIET)
    rewrite(server.directory, "_page", trace, ("tenant_id = ?", namesakes))


MUTANT = Mutant(
    title="同名重开列出旧的智能体",
    story="注销只是改名留档，名录按名字的开头找，同名重开的租户名下列着旧的智能体与密钥。",
    catalogue=("F-01", "F-03"),
    properties=("P9",),
    killed_by=("REOPEN-05",),
    apply=apply,
)
