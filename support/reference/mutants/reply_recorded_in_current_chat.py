"""回复记进了此刻正在聊的那个聊天。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.reference.archive import Chat, Line, Turn
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """答完时，回复记在最近开始作答的那个聊天里。"""
    current: list[Turn] = []
    misfiled: dict[Chat, list[Line]] = {}

    async def words(right: Callable[[Turn], Awaitable[str]], turn: Turn) -> str:
        current[:] = [turn]
        reply = await right(turn)
        if current[0].chat != turn.chat:
            trace.hit()
            misfiled.setdefault(current[0].chat, []).append(Line(None, reply))
        return reply

    def history(right: Callable[..., list[Line]], turn: Turn, limit: int) -> list[Line]:
        *before, asked = right(turn, limit)
        return [*before, *misfiled.get(turn.chat, []), asked]

    replace(server.bot, "_words", words, Trace(None))
    replace(server.archive, "history", history, Trace(None))


MUTANT = Mutant(
    title="回复记进了此刻正在聊的那个聊天",
    story="“当前聊天”是一个全局变量，等模型的工夫别人开了口，自己的回复就记进了别人的聊天。",
    catalogue=("C-01",),
    properties=("P1", "P3", "P11"),
    killed_by=("HIST-11",),
    apply=apply,
)
