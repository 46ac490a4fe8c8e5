"""群里托付的事出了群就忘。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """私聊里不回忆群里托付的事。"""
    groups_only = "(kind = ?4 AND ?6 = ?4 OR (kind = ?5 AND kind = ?6 AND"
    rewrite(
        server.archive, "recall", trace, ("(kind = ? OR (kind = ? AND kind = ? AND", groups_only)
    )


MUTANT = Mutant(
    title="群里托付的事出了群就忘",
    story="长期记忆只在群里检索，群里托付的事换到私聊就想不起。",
    catalogue=("D-05",),
    properties=("P1", "P3"),
    killed_by=("MEM-01",),
    apply=apply,
)
