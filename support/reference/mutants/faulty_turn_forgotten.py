"""大模型出错的那句话从历史里删掉。"""

from __future__ import annotations

from typing import Any

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """答不成就把这一轮回滚了，用户说过的话也没了。"""

    def settle(right: Any, number: int, reply: str, reply_id: str) -> None:
        if reply == FALLBACK:
            trace.hit()
            server.archive.discard(number)
            return
        right(number, reply, reply_id)

    replace(server.archive, "settle", settle, Trace(None))


MUTANT = Mutant(
    title="出错时说的话不记得",
    story="作答失败就整轮回滚：恢复之后，麦麦不记得出错时用户说过什么。",
    catalogue=("F-11",),
    properties=("P1", "P12"),
    killed_by=("FALL-04",),
    apply=apply,
)
