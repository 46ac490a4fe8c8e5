"""回忆的缓存不分租户。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import Memory, Turn
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """回忆的结果按平台、种类、聊天编号缓存，有人托付新的事才清。"""
    cache: dict[tuple[str, str, str], list[Memory]] = {}

    def recall(right: Callable[[Turn], list[Memory]], turn: Turn) -> list[Memory]:
        chat = turn.chat.platform, turn.chat.kind, turn.chat.chat_id
        if chat in cache:
            trace.hit()
        return cache.setdefault(chat, right(turn))

    def forget(right: Callable[..., None], *memory: object) -> None:
        cache.clear()
        right(*memory)

    replace(server.archive, "recall", recall, Trace(None))
    replace(server.archive, "add_memory", forget, Trace(None))


MUTANT = Mutant(
    title="回忆的缓存不分租户",
    story="回忆的结果按聊天缓存，键里漏了租户与智能体，别家同号的人拿到同一份。",
    catalogue=("D-13",),
    properties=("P1", "P11"),
    killed_by=("MEM-04", "BACK-01"),
    apply=apply,
)
