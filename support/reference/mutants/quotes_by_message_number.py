"""引用只按消息编号找。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """找原话时漏了租户与智能体两列。"""
    rewrite(
        server.archive,
        "_newest",
        trace,
        ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}"),
    )


MUTANT = Mutant(
    title="引用只按消息编号找",
    story="引用的原话只按平台、聊天与消息编号找，别家同号的话被当成了原话。",
    catalogue=("G-09",),
    properties=("P1", "P2"),
    killed_by=("QUOTE-01", "QUOTE-02"),
    apply=apply,
)
