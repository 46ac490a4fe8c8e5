"""长期记忆总共只看二十件。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """先取全部租户最近的二十件，再挑想得起的。"""
    newest = "FROM (SELECT * FROM memories ORDER BY turn DESC LIMIT 20)"
    rewrite(server.archive, "recall", trace, ("FROM memories", newest))


MUTANT = Mutant(
    title="长期记忆总共只看二十件",
    story="检索先取全库最近二十件再筛，别家托付得多，自己的就想不起。",
    catalogue=("D-17",),
    properties=("P1", "P2", "P3", "P11", "P12"),
    killed_by=("MEM-08",),
    apply=apply,
)
