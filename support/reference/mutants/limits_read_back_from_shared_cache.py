"""读限额读的是共用的缓存。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.control_tenants import TenantsApi
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """最近一次写下的租户配置缓存成一份，谁来读都给它。"""
    written: list[Any] = []

    def change(right: Callable[..., None], tenant_id: str, fields: dict[str, Any]) -> None:
        right(tenant_id, fields)
        if "tenant_config" in fields:
            written[:] = [(tenant_id, fields["tenant_config"])]

    def find(right: Callable[..., Any], api: TenantsApi, request: Any) -> Any:
        tenant = right(api, request)
        if not written or written[0][0] == tenant["id"]:
            return tenant
        trace.hit()
        return {**tenant, "tenant_config": written[0][1]}

    replace(server.directory, "change_tenant", change, QUIET)
    replace(TenantsApi, "_find", find, QUIET)


MUTANT = Mutant(
    title="读到的限额是最近改的那家的",
    story="租户配置的缓存没有带上租户，一家改了限额，别家读回来的也是它。",
    catalogue=("F-07", "D-13"),
    properties=("P8", "P14"),
    killed_by=("LIMIT-06",),
    apply=apply,
)
