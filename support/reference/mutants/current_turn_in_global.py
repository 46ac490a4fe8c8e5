"""“正在答哪句话”放在全局变量里。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """作答前写进全局变量，等完大模型再读出来：其间别家的话已经把它改了。"""
    current: list[Any] = [None]

    async def words(right: Any, turn: Any) -> str:
        current[0] = turn
        answered: str = await right(turn)
        return answered

    def destination(right: Any, turn: Any) -> Any:
        latest = current[0] or turn
        if right(latest) != right(turn):
            trace.hit()
        return right(latest)

    replace(server.bot, "_words", words, Trace(None))
    replace(server.bot, "destination", destination, Trace(None))


MUTANT = Mutant(
    title="当前租户放在全局变量里",
    story="等大模型的工夫，全局的“当前会话”被别家的话改掉，回复送到了别家。",
    catalogue=("C-01",),
    properties=("P5", "P11"),
    killed_by=("CONC-01",),
    apply=apply,
)
