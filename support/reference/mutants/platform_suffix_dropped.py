"""平台名只取最后一段。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较平台名时只看最后一段。"""
    teach(server, "bare", lambda platform: platform.split("-")[-1])
    rewrite(server.archive, "history", trace, ("platform = ?", "bare(platform) = bare(?)"))


MUTANT = Mutant(
    title="平台名只取最后一段",
    story="平台名按短横切开取最后一段，x-qq 与 qq 的同号用户成了一个人。",
    catalogue=("B-16",),
    properties=("P4", "P10"),
    killed_by=("IDENT-09",),
    apply=apply,
)
