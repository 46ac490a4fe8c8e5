"""一家的大模型报错，全服务一起退避。"""

from __future__ import annotations

import asyncio
from typing import Any

from support.reference.mutation import Mutant, Stall, Trace, replace
from support.reference.provider import ModelFailed
from support.reference.server import ReferenceServer

#: 至少退避多久（秒）。
_PAUSE = 1.0


def apply(server: ReferenceServer, trace: Trace) -> None:
    """退避的时刻记在模型客户端上，客户端是全部租户共用的。"""
    resume, pause = [0.0], Stall(server, least=_PAUSE)

    async def complete(right: Any, *call: Any) -> str:
        wait = resume[0] - asyncio.get_running_loop().time()
        if wait > 0:
            trace.hit()
            await asyncio.sleep(wait)
        try:
            answered: str = await right(*call)
        except ModelFailed:
            resume[0] = asyncio.get_running_loop().time() + pause.seconds
            raise
        return answered

    replace(server.provider, "complete", complete, Trace(None))


MUTANT = Mutant(
    title="退避全服务一起退",
    story="一家的大模型一直报错，共用的客户端跟着退避：别家每句话都要先等一阵。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("NOISE-02",),
    apply=apply,
)
