"""回复送给消息里写的密钥。"""

from __future__ import annotations

import dataclasses

from support.reference.mutation import Mutant, Trace, taken_at_its_word
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回复的去处取自 additional_config.api_key，来人写谁就送给谁。"""
    taken_at_its_word(
        server,
        trace,
        lambda frame: frame["payload"]["message_info"]["additional_config"]["api_key"],
        lambda own, other: dataclasses.replace(own, key_id=other.key_id),
    )


MUTANT = Mutant(
    title="回复送到话里写的那把密钥",
    story="附加字段里已有密钥就不覆盖，回复照它送，别家收到一句没问过的话。",
    catalogue=("A-10",),
    properties=("P5", "P6"),
    killed_by=("KEY-04",),
    apply=apply,
)
