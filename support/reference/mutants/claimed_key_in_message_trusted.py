"""身份取自消息里写的密钥。"""

from __future__ import annotations

import dataclasses

from support.reference.mutation import Mutant, Trace, taken_at_its_word
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """按消息里的 message_dim.api_key 认人，不看连接用的是哪一把。"""
    taken_at_its_word(
        server,
        trace,
        lambda frame: frame["payload"]["message_dim"]["api_key"],
        lambda own, other: dataclasses.replace(other, key_id=own.key_id),
    )


MUTANT = Mutant(
    title="话里写谁的密钥就是谁",
    story="按消息里附带的密钥认人，拿别家的密钥写进话里，就读到那家的历史与人设。",
    catalogue=("A-09",),
    properties=("P6",),
    killed_by=("KEY-04",),
    apply=apply,
)
