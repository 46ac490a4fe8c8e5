"""身份取自信封上的发件人。"""

from __future__ import annotations

import dataclasses

from support.reference.mutation import Mutant, Trace, taken_at_its_word
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """按信封的 meta.sender_user 认人，不看连接用的是哪一把。"""
    taken_at_its_word(
        server,
        trace,
        lambda frame: frame["meta"]["sender_user"],
        lambda own, other: dataclasses.replace(other, key_id=own.key_id),
    )


MUTANT = Mutant(
    title="信封上写谁就是谁",
    story="路由层按信封上的发件人找上下文，写上别家就进了别家的聊天。",
    catalogue=("A-09",),
    properties=("P6",),
    killed_by=("CLAIM-01",),
    apply=apply,
)
