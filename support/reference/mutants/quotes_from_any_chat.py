"""引用找得到别的聊天。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """找原话时没有看是哪个聊天。"""
    rewrite(
        server.archive, "_newest", trace, ("kind = ? AND chat_id = ?", f"{ANYONE} AND {ANYONE}")
    )


MUTANT = Mutant(
    title="引用找得到别的聊天",
    story="原话在智能体的全部聊天里找，知道编号就引得到别的群的话。",
    catalogue=("D-05",),
    properties=("P3",),
    killed_by=("QUOTE-02",),
    apply=apply,
)
