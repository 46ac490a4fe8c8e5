"""下限：picows，帧是预先写好的，不解码、不记账。"""

from __future__ import annotations

import asyncio
import contextlib
import time

import picows

from bench import frames
from bench.peers.tally import Tally
from support.canary import Numbering

_TEXT = picows.WSMsgType.TEXT


def run(url: str, connections: int, seconds: float) -> Tally:
    """每条连接一问一答；有 uvloop 就用。"""
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    return asyncio.run(_run(url, connections, seconds))


class _Talk(picows.WSListener):
    def __init__(self, frame: bytes, tally: Tally, done: asyncio.Semaphore) -> None:
        self._frame, self._tally, self._done, self.ends = frame, tally, done, 0.0

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """听到回复就说下一句。"""
        if b"sys_ack" in frame.get_payload_as_bytes():
            return
        self._tally.messages += 1
        if time.monotonic() < self.ends:
            transport.send(_TEXT, self._frame)
        else:
            self._done.release()


async def _run(url: str, connections: int, seconds: float) -> Tally:
    tally, done, gate = Tally(), asyncio.Semaphore(0), asyncio.Semaphore(64)
    frame = frames._dump(frames.request("u1", Numbering(0).token(0, 0)))

    async def connect() -> tuple[picows.WSTransport, picows.WSListener]:
        async with gate:
            return await picows.ws_connect(lambda: _Talk(frame, tally, done), url)

    talks = await asyncio.gather(*(connect() for _ in range(connections)))
    tally.start()
    ends = time.monotonic() + seconds
    for transport, talk in talks:
        talk.ends = ends  # type: ignore[attr-defined]
        transport.send(_TEXT, frame)
    for _ in talks:
        await done.acquire()
    tally.stop()
    return tally
