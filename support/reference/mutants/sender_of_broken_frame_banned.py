"""发过坏消息的那家，从此一开口就被踢下线。"""

from __future__ import annotations

from typing import Any

from support.reference import messages
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """解析出错就把那家记进黑名单，没有人把它放出来。"""
    current: list[str] = [""]
    dead: set[str] = set()

    async def receive(right: Any, connection: Any, raw: str) -> None:
        current[0] = connection.identity.tenant_id
        if current[0] in dead:
            trace.hit()
            await connection.close(1000)
            return
        await right(connection, raw)

    def read(right: Any, raw: str) -> Any:
        frame = right(raw)
        if frame is None and "sys_ack" not in raw:
            dead.add(current[0])
        return frame

    replace(server.messages, "_receive", receive, Trace(None))
    replace(messages, "read_frame", read, Trace(None))


MUTANT = Mutant(
    title="坏消息之后自己也聊不了",
    story="发错过一帧就进了黑名单：那家改好了再说，一开口就被踢下线。",
    catalogue=("H-08",),
    properties=("P12", "P13"),
    killed_by=("NOISE-03",),
    apply=apply,
)
