"""图片描述不分智能体。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查看过的图片时漏了智能体一列。"""
    rewrite(server.pictures, "_known", trace, ("agent_id = ?", ANYONE))


MUTANT = Mutant(
    title="图片描述不分智能体",
    story="图片描述只分到租户，售后助手拿到了技术助手的描述。",
    catalogue=("B-02",),
    properties=("P2",),
    killed_by=("PIC-04",),
    apply=apply,
)
