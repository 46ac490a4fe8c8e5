"""门铃：长轮询用的“有变化就叫醒所有人”。不做什么：不带内容，醒来的人自己再看一眼条件。"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    """按一次，叫醒此刻等着的所有人。"""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """有变化了。"""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """等到条件成立或满 `seconds` 秒；返回条件最终是否成立。"""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not condition():
            try:
                await asyncio.wait_for(self._event.wait(), deadline - loop.time())
            except asyncio.TimeoutError:
                return condition()
        return True
