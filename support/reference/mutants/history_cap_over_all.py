"""历史总共只留三十句。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只在全部聊天最近的三十句里找历史。"""
    rewrite(
        server.archive,
        "history",
        trace,
        ("FROM turns", "FROM (SELECT * FROM turns ORDER BY turn DESC LIMIT 30)"),
    )


MUTANT = Mutant(
    title="历史总共只留三十句",
    story="全部聊天共用一个定长队列，别人说得一多，自己的上下文就被挤掉。",
    catalogue=("D-17",),
    properties=("P1", "P11"),
    killed_by=("KEEP-01",),
    apply=apply,
)
