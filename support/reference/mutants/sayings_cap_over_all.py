"""说法总共只留二十个。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只在全部聊天最近的二十个说法里找。"""
    rewrite(
        server.sayings,
        "known",
        trace,
        ("FROM sayings", "FROM (SELECT * FROM sayings ORDER BY turn DESC LIMIT 20)"),
    )


MUTANT = Mutant(
    title="说法总共只留二十个",
    story="行话表全体共用二十个位置，别家教得多，自己的就被挤掉。",
    catalogue=("D-17",),
    properties=("P1", "P11", "P12"),
    killed_by=("SAYING-05",),
    apply=apply,
)
