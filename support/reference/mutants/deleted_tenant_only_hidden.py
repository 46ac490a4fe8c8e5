"""注销租户只是藏起来。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """注销只给租户那行改了名，名下的智能体与密钥原样留着。"""

    def remove_tenant(right: Callable[..., Any], tenant_id: str) -> None:
        server.store.run(
            "UPDATE tenants SET tenant_name = '已注销/' || id || tenant_name WHERE id = ?",
            tenant_id,
        )

    replace(server.directory, "remove_tenant", remove_tenant, trace)


MUTANT = Mutant(
    title="注销的租户还在说话",
    story="注销没有带上名下的智能体与密钥，旧密钥仍然有效，麦麦仍然作答。",
    catalogue=("A-07", "F-01", "F-02"),
    properties=("P7", "P9"),
    killed_by=("BADGE-02", "BADGE-03"),
    apply=apply,
)
