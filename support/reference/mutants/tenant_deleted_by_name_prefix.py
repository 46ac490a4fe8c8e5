"""按名字的开头删租户。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """清理时按名字的前缀删，同一前缀的各家一起没了。"""

    def remove_tenant(right: Callable[..., Any], tenant_id: str) -> None:
        tenant = server.directory.tenant(tenant_id)
        if tenant is not None:
            prefix = tenant["tenant_name"].rpartition("-")[0]
            server.store.run("DELETE FROM tenants WHERE instr(tenant_name, ?) = 1", prefix)

    replace(server.directory, "remove_tenant", remove_tenant, trace)


MUTANT = Mutant(
    title="注销一家，名字开头相同的都没了",
    story="清理用了前缀匹配，注销一家，名字开头相同的别家也一起删掉。",
    catalogue=("B-08",),
    properties=("P8", "P9"),
    killed_by=("MGMT-02",),
    apply=apply,
)
