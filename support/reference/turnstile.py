"""闸机：收帧时每个租户每一轮事件循环只进一句。

职责：一家开再多连接刷屏，收帧也只占它那一份；别家的话不必排在它后面。
不做什么：不限流、不丢弃；同一家的话按到闸机的次序进。
"""

from __future__ import annotations

import asyncio
from collections import deque


class Turnstile:
    """按租户分道的闸机；空闲时立即通过。"""

    def __init__(self) -> None:
        self._lanes: dict[str, deque[asyncio.Future[None]]] = {}

    async def enter(self, tenant_id: str) -> None:
        """等轮到这个租户的下一句。"""
        loop = asyncio.get_running_loop()
        lane = self._lanes.get(tenant_id)
        if lane is None:
            self._lanes[tenant_id] = deque()
            loop.call_soon(self._next, tenant_id)
            return
        turn = loop.create_future()
        lane.append(turn)
        await turn

    def _next(self, tenant_id: str) -> None:
        lane = self._lanes[tenant_id]
        while lane:
            turn = lane.popleft()
            if not turn.done():
                turn.set_result(None)
                asyncio.get_running_loop().call_soon(self._next, tenant_id)
                return
        del self._lanes[tenant_id]
