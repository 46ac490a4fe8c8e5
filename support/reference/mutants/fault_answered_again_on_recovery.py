"""兜底过的话，恢复之后又答一遍。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.bot import FALLBACK
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer

#: 过一会儿再试（秒）。
_LATER = 0.1


def apply(server: ReferenceServer, trace: Trace) -> None:
    """说了兜底，又把这句话放回队里等恢复。"""

    async def later(turn: Any) -> None:
        await asyncio.sleep(_LATER)
        server.store.run("UPDATE turns SET state = 'waiting' WHERE turn = ?", turn.number)
        server.scheduler.submit(turn.chat, turn.number)

    tasks: set[asyncio.Task[None]] = set()

    def post(right: Any, turn: Any, asker: Any, agent: Any, words: str) -> None:
        right(turn, asker, agent, words)
        if words == FALLBACK:
            trace.hit()
            task = asyncio.get_running_loop().create_task(later(turn))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    replace(server.bot, "_post", post, Trace(None))


MUTANT = Mutant(
    title="兜底之后又补答",
    story="出错的话既兜了底又放回队里：大模型一恢复，同一句再答一遍。",
    catalogue=("G-11",),
    properties=("P13",),
    killed_by=("FALL-03",),
    apply=apply,
)
