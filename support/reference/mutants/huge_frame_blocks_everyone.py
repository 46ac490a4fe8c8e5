"""超长的消息在事件循环里慢慢处理。"""

from __future__ import annotations

import time
from typing import Any

from support.reference import messages
from support.reference.mutation import Mutant, Stall, Trace, replace
from support.reference.server import ReferenceServer

#: 一条超长的消息至少要多少秒。
_SECONDS = 0.5


def apply(server: ReferenceServer, trace: Trace) -> None:
    """过滤敏感词的正则回溯得厉害，又是在事件循环里同步做的。"""
    filtering = Stall(server, least=_SECONDS)

    def read(right: Any, raw: str) -> Any:
        if len(raw) > 100_000:
            trace.hit()
            time.sleep(filtering.seconds)
        return right(raw)

    replace(messages, "read_frame", read, Trace(None))


MUTANT = Mutant(
    title="超长的消息堵住大家",
    story="超长的消息同步处理：一家发一条，全部租户的话都停下来等。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("NOISE-03",),
    apply=apply,
)
