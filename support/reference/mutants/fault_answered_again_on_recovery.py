"""兜底过的话，恢复之后又答一遍。"""

from __future__ import annotations

from typing import Any

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """说了兜底，又把这句话记成没答；答这个智能体的下一句之前，先补答它。"""
    owed: dict[str, list[int]] = {}

    def post(right: Any, turn: Any, asker: Any, agent: Any, words: str) -> None:
        right(turn, asker, agent, words)
        if words == FALLBACK:
            owed.setdefault(turn.chat.agent_id, []).append(turn.number)

    async def answer(right: Any, number: int) -> None:
        turn = server.archive.turn(number)
        for old in owed.pop(turn.chat.agent_id, []) if turn is not None else []:
            trace.hit()
            server.store.run("UPDATE turns SET state = 'waiting' WHERE turn = ?", old)
            await right(old)
        await right(number)

    replace(server.bot, "_post", post, Trace(None))
    replace(server.scheduler, "_answer", answer, Trace(None))


MUTANT = Mutant(
    title="兜底之后又补答",
    story="出错的话既兜了底又放回队里：大模型一恢复，同一句再答一遍。",
    catalogue=("G-11",),
    properties=("P13",),
    killed_by=("FALL-03",),
    apply=apply,
)
