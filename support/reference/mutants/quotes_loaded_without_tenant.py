"""重启后的原话不分租户。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, loaded, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """从盘上读回来的原话不看租户与智能体。"""
    last = loaded(server)
    if last:
        mine = "tenant_id = ? AND agent_id = ?"
        rewrite(server.archive, "_newest", trace, (mine, f"({mine} OR turn <= {last})"))


MUTANT = Mutant(
    title="重启后的原话不分租户",
    story="内存里是对的，存盘时漏了租户与智能体，重启之后引得到别家的话。",
    catalogue=("F-10",),
    properties=("P1", "P11"),
    killed_by=("QUOTE-03",),
    apply=apply,
)
