"""重试时丢了租户。"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from support.reference.archive import Archive, Line, Turn
from support.reference.mutation import ANYONE, Mutant, Trace, replace, rewrite
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """第一次没答成，再问时历史只按平台与群号找。"""
    retrying: set[int] = set()
    spare = Archive(server.store, time.time)
    columns = ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}")
    rewrite(spare, "history", trace, columns)

    async def ask(right: Callable[[Turn], Awaitable[str]], turn: Turn) -> str:
        try:
            return await right(turn)
        except ModelFailed:
            retrying.add(turn.number)
            return await right(turn)

    def history(right: Callable[..., list[Line]], turn: Turn, limit: int) -> list[Line]:
        return spare.history(turn, limit) if turn.number in retrying else right(turn, limit)

    replace(server.bot, "_ask", ask, Trace(None))
    replace(server.archive, "history", history, Trace(None))


MUTANT = Mutant(
    title="重试时丢了租户",
    story="模型出错后换个线程重试，租户的上下文没有带过去，历史就不分租户地查。",
    catalogue=("C-03", "C-04"),
    properties=("P1", "P11"),
    killed_by=("KEEP-02",),
    apply=apply,
)
