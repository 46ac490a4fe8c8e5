"""全部租户共用一个限额的计数。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """数说过几句时漏了租户一列。"""
    rewrite(server.limits, "said_since", trace, ("tenant_id = ?", ANYONE))


MUTANT = Mutant(
    title="限额的计数不分家",
    story="限流的计数全服务一份：邻居一刷屏，这家一句还没说就被限流。",
    catalogue=("H-01",),
    properties=("P12",),
    killed_by=("LIMIT-01", "LIMIT-02"),
    apply=apply,
)
