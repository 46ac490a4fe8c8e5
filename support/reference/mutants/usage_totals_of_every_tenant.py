"""用量加总了各家的。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """统计时漏了租户，一份报表加总了全部各家。"""
    sums = ("SELECT messages, model_calls", "SELECT sum(messages), sum(model_calls)")
    rewrite(server.usage, "totals", trace, sums, ("tenant_id = ?", ANYONE))


MUTANT = Mutant(
    title="用量是各家加在一起的",
    story="统计没有分租户，每家看到的用量都是全部各家的总和。",
    catalogue=("H-04",),
    properties=("P12",),
    killed_by=("ACCOUNT-02", "ACCOUNT-06"),
    apply=apply,
)
