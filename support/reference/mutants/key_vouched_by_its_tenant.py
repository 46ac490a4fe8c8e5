"""密钥里写的租户对就放行。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference import ids
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """密钥里的租户是真的就放行，当作那家的第一个智能体，不看智能体与随机数。"""

    def find(right: Callable[..., Any], api_key: str) -> Any:
        record, claimed = right(api_key), ids.parse_key(api_key)
        if record is not None or claimed is None:
            return record
        trace.hit()
        row = server.store.one(
            "SELECT api_key FROM api_keys WHERE tenant_id = ? ORDER BY rowid", claimed.tenant_id
        )
        return None if row is None else right(row["api_key"])

    replace(server.access, "find", find, QUIET)


MUTANT = Mutant(
    title="只认密钥里的租户",
    story="“租户:智能体”被当作凭证，其实只是自称；智能体写错了也照样放行。",
    catalogue=("A-11", "A-16"),
    properties=("P7", "P10"),
    killed_by=("BADGE-01",),
    apply=apply,
)
