"""发过坏消息的那家，从此说什么都不理。"""

from __future__ import annotations

from typing import Any

from support.reference import messages
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """一家出了一次解析错误，它的工作任务就没了，再也没有人拉起来。"""
    current: list[str] = [""]
    dead: set[str] = set()

    async def receive(right: Any, connection: Any, raw: str) -> None:
        current[0] = connection.identity.tenant_id
        if current[0] in dead:
            trace.hit()
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
    story="每家一个工作任务，倒了就不再拉起：发错过一帧的那家，从此没人理。",
    catalogue=("H-08",),
    properties=("P12", "P13"),
    killed_by=("NOISE-03",),
    apply=apply,
)
