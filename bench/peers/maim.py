"""maim-message 自带的 WebSocketClient；每条连接它自己开一个线程。"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from bench import frames
from bench.peers.tally import Tally
from support.canary import Numbering


def run(url: str, connections: int, seconds: float) -> Tally:
    """每个客户端一问一答。"""
    logging.disable(logging.CRITICAL)  # 它每一步都要写日志；不写是照顾它
    # 不用 asyncio.run：它收尾时要等这一家的线程，而它们不肯结束。
    return asyncio.new_event_loop().run_until_complete(_run(url, connections, seconds))


async def _run(url: str, connections: int, seconds: float) -> Tally:
    from maim_message.client import WebSocketClient
    from maim_message.client_factory import create_client_config

    tally, token = Tally(), Numbering(0).token(0, 0)
    answered = [asyncio.Event() for _ in range(connections)]

    def made(number: int) -> Any:
        async def on_message(message: Any, meta: Any) -> None:
            answered[number].set()

        config = create_client_config(
            url, frames.KEY, platform=frames.PLATFORM, on_message=on_message
        )
        return WebSocketClient(config)

    clients = [made(number) for number in range(connections)]
    await asyncio.gather(*(client.start() for client in clients))  # 一个一个起，各要等半秒
    if not all(await asyncio.gather(*(client.connect() for client in clients))):
        raise SystemExit("maim-message 没有全部连上")
    tally.start()
    ends = time.monotonic() + seconds
    talks = (
        _talk(client, event, token, ends, tally)
        for client, event in zip(clients, answered, strict=True)
    )
    await asyncio.gather(*talks)
    tally.stop()
    return tally


async def _talk(client: Any, answered: asyncio.Event, token: str, ends: float, tally: Any) -> None:
    from maim_message.message import APIMessageBase

    payload = frames.request("u1", token)["payload"]
    message = APIMessageBase.from_dict(payload)
    while time.monotonic() < ends:
        answered.clear()
        await client.send_message(message)
        await asyncio.wait_for(answered.wait(), 10)
        tally.messages += 1
