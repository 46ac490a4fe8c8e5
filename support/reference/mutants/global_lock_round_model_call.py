"""问大模型时拿着一把全局锁。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """为了不超并发，把问大模型的一步锁了起来，锁是全局的。"""
    lock = asyncio.Lock()

    async def complete(right: Any, *call: Any) -> str:
        if lock.locked():
            trace.hit()
        async with lock:
            answered: str = await right(*call)
            return answered

    replace(server.provider, "complete", complete, Trace(None))


MUTANT = Mutant(
    title="问大模型时有一把全局锁",
    story="同一时刻只许问一次大模型：一家的大模型不吭声，别家的话都卡在锁前。",
    catalogue=("H-06",),
    properties=("P11", "P12"),
    killed_by=("SCOPE-02",),
    apply=apply,
)
