"""长期记忆不分租户。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆时漏了租户与智能体两列。"""
    rewrite(
        server.archive,
        "recall",
        trace,
        ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}"),
    )


MUTANT = Mutant(
    title="长期记忆不分租户",
    story="检索长期记忆时没有过滤条件，一家托付的事在另一家被想起。",
    catalogue=("D-03", "C-03"),
    properties=("P1", "P2"),
    killed_by=("MEM-01", "MEM-04", "BACK-01"),
    apply=apply,
)
