"""重启后的历史不分平台。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, loaded, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """从盘上读回来的话不看平台。"""
    last = loaded(server)
    if last:
        rewrite(
            server.archive, "history", trace, ("platform = ?", f"(platform = ? OR turn <= {last})")
        )


MUTANT = Mutant(
    title="重启后的历史不分平台",
    story="存盘时漏了平台，重启之后 QQ 与微信的同号用户读到同一份历史。",
    catalogue=("F-10",),
    properties=("P4", "P11"),
    killed_by=("HIST-07",),
    apply=apply,
)
