"""人物资料不分租户。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起一个人时漏了租户与智能体两列。"""
    rewrite(
        server.people, "_facts", trace, ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}")
    )


MUTANT = Mutant(
    title="人物资料不分租户",
    story="人物按平台与用户编号记，一家听来的名字另一家也拿来称呼。",
    catalogue=("D-08",),
    properties=("P1", "P2"),
    killed_by=("WHO-01", "WHO-02", "WHO-05"),
    apply=apply,
)
