"""重试时不分谁家的人。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.reference.archive import Turn
from support.reference.mutation import ANYONE, Mutant, Trace, replace, rewrite
from support.reference.people import People, Person
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """第一次没答成，再问时资料只按平台与用户编号找。"""
    retrying: set[int] = set()
    spare = People(server.store)
    columns = ("tenant_id = ? AND agent_id = ?", f"{ANYONE} AND {ANYONE}")
    rewrite(spare, "_facts", trace, columns)

    async def ask(right: Callable[[Turn], Awaitable[str]], turn: Turn) -> str:
        try:
            return await right(turn)
        except ModelFailed:
            retrying.add(turn.number)
            return await right(turn)

    def about(right: Callable[[Turn], Person], turn: Turn) -> Person:
        return spare.about(turn) if turn.number in retrying else right(turn)

    replace(server.bot, "_ask", ask, Trace(None))
    replace(server.people, "about", about, Trace(None))


MUTANT = Mutant(
    title="重试时不分谁家的人",
    story="模型出错后换个线程重试，租户的上下文没有带过去，资料就按用户编号查。",
    catalogue=("C-03", "C-04"),
    properties=("P1", "P11"),
    killed_by=("WHO-09",),
    apply=apply,
)
