"""历史的键用下划线拼。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较的是平台与聊天编号拼成的串。"""
    rewrite(
        server.archive,
        "history",
        trace,
        (
            "platform = ? AND kind = ? AND chat_id = ?",
            "kind = ?4 AND platform || '_' || chat_id = ?3 || '_' || ?5",
        ),
    )


MUTANT = Mutant(
    title="历史的键用下划线拼",
    story="平台与编号用下划线拼成键而不转义，分隔符挪个位置就进了别人的私聊。",
    catalogue=("B-05",),
    properties=("P10",),
    killed_by=("JOIN-01",),
    apply=apply,
)
