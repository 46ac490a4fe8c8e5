"""还没读懂就把信封编号记成了见过。"""

from __future__ import annotations

import re
from typing import Any

from support.reference import messages
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """收到字节先记编号再解析；这一帧其实是坏的。"""
    early: set[tuple[str, str]] = set()
    current: list[str] = [""]

    async def receive(right: Any, connection: Any, raw: str) -> None:
        current[0] = connection.identity.key_id
        await right(connection, raw)

    def read(right: Any, raw: str) -> Any:
        frame = right(raw)
        named = re.search(r'"msg_id": ?"([^"]+)"', raw[:200])
        if frame is None and named is not None:
            early.add((current[0], named[1]))
        return frame

    def is_duplicate(right: Any, identity: Any, platform: str, msg_id: str) -> bool:
        if (identity.key_id, msg_id) in early:
            trace.hit()
            return True
        return bool(right(identity, platform, msg_id))

    replace(server.messages, "_receive", receive, Trace(None))
    replace(messages, "read_frame", read, Trace(None))
    replace(server.archive, "is_duplicate", is_duplicate, Trace(None))


MUTANT = Mutant(
    title="送坏的一遍也算见过",
    story="编号记在解析之前：头一遍送坏了，完好的第二遍被当成重发，这句话永远没人答。",
    properties=("P13",),
    killed_by=("RETRY-03",),
    apply=apply,
)
