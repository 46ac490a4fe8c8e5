"""我们的引擎，当作没有装 [fast]：aiohttp 与默认事件循环，记账与边跑边审照旧。"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bench.peers import ours
from bench.peers.tally import Tally
from support.load import lane


def run(url: str, connections: int, seconds: float) -> Tally:
    """只差收发用的库。"""
    lane.SWIFT = False
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(ours.talk(Path(folder), ours.shard(url, connections, seconds)))
