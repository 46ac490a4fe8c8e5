"""回复发给这家租户在这个平台上的每一条连接。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, delivered_wider
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收件人按租户与平台挑，漏了智能体与密钥。"""
    delivered_wider(server, trace, "tenant_id")


MUTANT = Mutant(
    title="回复广播给全租户",
    story="收件人的编号里只有租户：问技术助手的话，连着售后助手的人也收到了回复。",
    catalogue=("G-06",),
    properties=("P5", "P2"),
    killed_by=("ROUTE-01", "ROUTE-02"),
    apply=apply,
)
