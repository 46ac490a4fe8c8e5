"""去重只看消息编号。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查重时不看密钥与平台。"""
    rewrite(
        server.archive,
        "is_duplicate",
        trace,
        ("key_id = ? AND platform = ?", f"{ANYONE} AND {ANYONE}"),
    )


MUTANT = Mutant(
    title="去重只看消息编号",
    story="去重表只按消息编号记，别家先用过的编号，自己的话就石沉大海。",
    catalogue=("G-09",),
    properties=("P1", "P2", "P10", "P13"),
    killed_by=("MSGID-01",),
    apply=apply,
)
