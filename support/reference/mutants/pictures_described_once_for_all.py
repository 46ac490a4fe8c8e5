"""一张图片全体只看一次。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查看过的图片时漏了租户与智能体两列。"""
    rewrite(
        server.pictures,
        "_known",
        trace,
        ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}"),
    )


MUTANT = Mutant(
    title="一张图片全体只看一次",
    story="图片描述按内容缓存，别家看过的图自己就拿到别家的描述。",
    catalogue=("B-19",),
    properties=("P1", "P11"),
    killed_by=("PIC-01", "PIC-06"),
    apply=apply,
)
