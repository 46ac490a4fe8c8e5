"""全部租户排一条队。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """一个工作任务从一条队里一句一句地答。"""
    turnstile = asyncio.Lock()

    async def answer(right: Any, number: int) -> None:
        if turnstile.locked():
            trace.hit()
        async with turnstile:
            await right(number)

    replace(server.scheduler, "_answer", answer, Trace(None))


MUTANT = Mutant(
    title="全部租户排一条队",
    story="一个工作任务挨个儿答：一家等着大模型，后面别家的话全都等着。",
    catalogue=("H-06",),
    properties=("P11", "P12"),
    killed_by=("CONC-03",),
    apply=apply,
)
