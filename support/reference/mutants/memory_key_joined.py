"""私下记忆的键用冒号拼。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较的是平台与用户编号拼成的串。"""
    rewrite(
        server.archive,
        "recall",
        trace,
        ("platform = ? AND user_id = ?", "platform || ':' || user_id = ? || ':' || ?"),
    )


MUTANT = Mutant(
    title="私下记忆的键用冒号拼",
    story="平台与用户编号用冒号拼成键而不转义，编号里带冒号的人托付的事给了别人。",
    catalogue=("B-05",),
    properties=("P4", "P10"),
    killed_by=("JOIN-04",),
    apply=apply,
)
