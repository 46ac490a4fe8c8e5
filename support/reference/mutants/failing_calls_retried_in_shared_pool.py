"""出错就重试，重试占着大家的名额。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer

#: 全部名额；重试几次、每次隔几秒。
_POOL, _TRIES, _PAUSE = 4, 3, 0.2


def apply(server: ReferenceServer, trace: Trace) -> None:
    """退避重试时没有把名额让出来，名额又是全部租户共用的。"""
    pool = asyncio.Semaphore(_POOL)

    async def complete(right: Any, *call: Any) -> str:
        if pool.locked():
            trace.hit()
        async with pool:
            for _ in range(_TRIES):
                try:
                    answered: str = await right(*call)
                    return answered
                except ModelFailed:
                    await asyncio.sleep(_PAUSE)
            answered = await right(*call)
            return answered

    replace(server.provider, "complete", complete, Trace(None))


MUTANT = Mutant(
    title="重试占着大家的名额",
    story="一家的大模型一直报错，退避重试占满了共用的名额，别家的话越等越久。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("NOISE-02",),
    apply=apply,
)
