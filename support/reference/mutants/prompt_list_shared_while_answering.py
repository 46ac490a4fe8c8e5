"""提示词的列表是大家共用的一个。"""

from __future__ import annotations

from typing import Any

from support.reference import prompt
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """可变的缺省参数：每次作答都往同一个列表里添，答完才清空。"""
    shared: list[Any] = []
    flying = [0]

    def build(right: Any, agent: Any, turn: Any, known: Any) -> list[Any]:
        if shared:
            trace.hit()
        shared.extend(right(agent, turn, known))
        return list(shared)

    async def ask(right: Any, turn: Any) -> str:
        flying[0] += 1
        try:
            answered: str = await right(turn)
            return answered
        finally:
            flying[0] -= 1
            if not flying[0]:
                shared.clear()

    replace(prompt, "build", build, Trace(None))
    replace(server.bot, "_ask", ask, Trace(None))


MUTANT = Mutant(
    title="提示词的列表共用一个",
    story="拼提示词用了可变的缺省参数，答完才清：两家的话一重叠，后一份提示词里就有前一家的话。",
    catalogue=("C-01",),
    properties=("P1", "P2", "P11"),
    killed_by=("CONC-01", "CONC-02"),
    apply=apply,
)
