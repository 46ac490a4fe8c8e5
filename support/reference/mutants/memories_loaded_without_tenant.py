"""重启后的记忆不分租户。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, loaded, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """从盘上读回来的记忆不看租户与智能体。"""
    last = loaded(server)
    if last:
        mine = "tenant_id = ? AND agent_id = ?"
        rewrite(server.archive, "recall", trace, (mine, f"({mine} OR turn <= {last})"))


MUTANT = Mutant(
    title="重启后的记忆不分租户",
    story="托付的事存盘时漏了租户与智能体，内存里是对的，重启读回来就不分谁家的了。",
    catalogue=("F-10",),
    properties=("P1", "P11"),
    killed_by=("MEM-06",),
    apply=apply,
)
