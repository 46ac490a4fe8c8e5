"""信封编号不分密钥与平台，谁见过都算重复。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """认重发只看信封编号。"""
    place = ("key_id = ? AND platform = ?", f"{ANYONE} AND {ANYONE}")
    rewrite(server.archive, "is_duplicate", trace, place)


MUTANT = Mutant(
    title="全服务合用一份去重",
    story="见过的信封编号记在一处，别家用过的编号再来就当重发：确认了，却永远不答。",
    catalogue=("G-09",),
    properties=("P10", "P13"),
    killed_by=("DELIV-05",),
    apply=apply,
)
