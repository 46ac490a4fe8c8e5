"""“正在用哪个智能体”放在租户共用的变量里。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """每个租户一份“当前智能体”，等完大模型再读：同一家的另一个智能体已经把它改了。"""
    current: dict[str, Any] = {}

    async def words(right: Any, turn: Any) -> str:
        current[turn.chat.tenant_id] = turn
        answered: str = await right(turn)
        return answered

    def destination(right: Any, turn: Any) -> Any:
        latest = current.get(turn.chat.tenant_id, turn)
        if latest.chat.agent_id == turn.chat.agent_id:
            return right(turn)
        trace.hit()
        return right(latest)

    replace(server.bot, "_words", words, Trace(None))
    replace(server.bot, "destination", destination, Trace(None))


MUTANT = Mutant(
    title="当前智能体放在租户的变量里",
    story="租户里只有一个“当前智能体”：技术助手还没答完，问售后助手的一句就把它的回复带走了。",
    catalogue=("C-01",),
    properties=("P5", "P11"),
    killed_by=("CONC-02",),
    apply=apply,
)
