"""重启之后从最新的一句答起。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """接着答的清单，次序写反了。"""
    rewrite(server.archive, "waiting", trace, ("ORDER BY turn", "ORDER BY turn DESC"))


MUTANT = Mutant(
    title="重启之后倒着答",
    story="重启后把没答完的话倒着排：后说的先答，次序全乱。",
    catalogue=("G-16", "F-11"),
    properties=("P13",),
    killed_by=("AWAY-04",),
    apply=apply,
)
