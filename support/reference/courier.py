"""信差：把排队的回复按次序送到该去的连接上。

职责：每个去处同时只有一趟，因此旧的先到、新的后到；写到至少一条连接上才划掉。
不做什么：不决定回复归谁（`bot`），不决定写给哪些连接（`connections`）。
"""

from __future__ import annotations

import asyncio
import logging

from support.reference.access import Access
from support.reference.connections import Connections
from support.reference.outbox import Destination, Outbox

log = logging.getLogger("reference.courier")


class Courier:
    """送回复的人；没人在就留在队里，等下次 :meth:`wake`。"""

    def __init__(self, outbox: Outbox, connections: Connections, access: Access) -> None:
        self._outbox, self._connections, self._access = outbox, connections, access
        self._due: set[Destination] = set()
        self._trips: dict[Destination, asyncio.Task[None]] = {}

    def wake(self, to: Destination) -> None:
        """这个去处有新回复，或刚有连接进来。"""
        self._due.add(to)
        if to not in self._trips:
            self._trips[to] = asyncio.get_running_loop().create_task(self._trip(to))

    async def stop(self) -> None:
        """停下所有行程；没送到的留在队里。"""
        trips = list(self._trips.values())
        for trip in trips:
            trip.cancel()
        await asyncio.gather(*trips, return_exceptions=True)

    async def _trip(self, to: Destination) -> None:
        try:
            while to in self._due:
                self._due.discard(to)
                await self._deliver(to)
        except Exception:
            log.exception("送回复时出了意外；回复留在队里")
        finally:
            self._due.discard(to)
            del self._trips[to]

    async def _deliver(self, to: Destination) -> None:
        while self._connections.targets(to) and self._access.still(to.key_id) is not None:
            entry = self._outbox.first(to)
            if entry is None:
                return
            number, frame = entry
            if await self._write(to, frame):
                self._outbox.delivered(number)

    async def _write(self, to: Destination, frame: str) -> bool:
        """写到每一条该收的连接上；一条写成即算送达。"""
        targets = self._connections.targets(to)
        if len(targets) == 1:
            return await targets[0].send(frame)
        written = await asyncio.gather(*(target.send(frame) for target in targets))
        return any(written)
