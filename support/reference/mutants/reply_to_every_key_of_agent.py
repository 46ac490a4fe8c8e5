"""回复发给这个智能体的每一把密钥。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, delivered_wider
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收件人按智能体与平台挑，漏了密钥。"""
    delivered_wider(server, trace, "agent_id")


MUTANT = Mutant(
    title="回复广播给智能体的全部密钥",
    story="收件人只认智能体：拿备用密钥连着的人，收到了别人问出来的回复。",
    properties=("P5",),
    killed_by=("ROUTE-01", "ROUTE-02"),
    apply=apply,
)
