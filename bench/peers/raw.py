"""参照：最直白的 aiohttp 循环，orjson 编解码，不记账，默认事件循环。"""

from __future__ import annotations

import asyncio
import time

import aiohttp
import orjson

from bench import frames
from bench.peers.tally import Tally
from support.canary import Numbering


def run(url: str, connections: int, seconds: float) -> Tally:
    """每条连接一问一答。"""
    return asyncio.run(_run(url, connections, seconds))


async def _run(url: str, connections: int, seconds: float) -> Tally:
    tally, token = Tally(), Numbering(0).token(0, 0)
    headers = {"x-apikey": frames.KEY, "x-platform": frames.PLATFORM}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        gate = asyncio.Semaphore(64)

        async def connect() -> aiohttp.ClientWebSocketResponse:
            async with gate:
                return await session.ws_connect(url, headers=headers)

        sockets = await asyncio.gather(*(connect() for _ in range(connections)))
        tally.start()
        ends = time.monotonic() + seconds
        await asyncio.gather(*(_talk(one, token, ends, tally) for one in sockets))
        tally.stop()
        await asyncio.gather(*(one.close() for one in sockets))
    return tally


async def _talk(
    socket: aiohttp.ClientWebSocketResponse, token: str, ends: float, tally: Tally
) -> None:
    frame = frames.request("u1", token)
    while time.monotonic() < ends:
        await socket.send_str(orjson.dumps(frame).decode())
        while True:
            heard = orjson.loads((await socket.receive()).data)
            if heard["type"] != "sys_ack":
                break
        tally.messages += 1
