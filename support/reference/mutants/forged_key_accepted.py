"""格式对就当作真的密钥。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference import ids
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """登记册里没有，就按密钥里写的租户与智能体认人，不看那串随机数。"""

    def find(right: Callable[..., Any], api_key: str) -> Any:
        record, claimed = right(api_key), ids.parse_key(api_key)
        if record is not None or claimed is None:
            return record
        trace.hit()
        row = server.store.one(
            "SELECT api_key FROM api_keys WHERE tenant_id = ? AND agent_id = ?",
            claimed.tenant_id,
            claimed.agent_id,
        )
        return None if row is None else right(row["api_key"])

    replace(server.access, "find", find, QUIET)


MUTANT = Mutant(
    title="照格式伪造的密钥放行",
    story="认证只拆开密钥看格式，从不查库；知道编号的人就能造一把，冒充任何一家。",
    catalogue=("A-01",),
    properties=("P6", "P7"),
    killed_by=("KEY-01", "CLAIM-02"),
    apply=apply,
)
