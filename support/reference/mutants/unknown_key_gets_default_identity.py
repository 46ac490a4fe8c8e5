"""认不得的密钥当作缺省用户。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """登记册里没有就退回缺省身份：最早登记的那一把。"""

    def find(right: Callable[..., Any], api_key: str) -> Any:
        record = right(api_key)
        if record is not None:
            return record
        trace.hit()
        row = server.store.one("SELECT api_key FROM api_keys ORDER BY rowid")
        return None if row is None else right(row["api_key"])

    replace(server.access, "find", find, QUIET)


MUTANT = Mutant(
    title="认不得的密钥当作缺省用户",
    story="认证失败时退回缺省身份而不是拒绝，谁都能以最早那家的名义说话。",
    catalogue=("A-12", "A-14"),
    properties=("P6", "P7"),
    killed_by=("KEY-01", "BADGE-01"),
    apply=apply,
)
