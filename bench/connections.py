"""一个进程一万条连接：开完要多久、每条占多少内存、很疏的话有多准时。

用法：``python bench/connections.py [--connections 10000] [--rate 200] [--seconds 10]``
内存是开之前与开之后常驻内存（RSS）的差；一条连接含它的用户与帧的底版。
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from bench.peers.ours import shard
from bench.run import cores, serving, versions
from support.load import account, limits
from support.load.engine import Engine
from support.load.evidence import Evidence
from support.load.journal import Journal, read_journal
from support.load.spread import Spread


class _Watched(Engine):
    """多记一下开完的时刻与那时的内存。"""

    opened: float
    resident: int

    async def _opened(self) -> None:
        self.opened, self.resident = time.monotonic(), rss()
        await super()._opened()


def rss() -> int:
    """此刻的常驻内存，字节；没有 /proc 的机器上是至今的最大值。"""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most * (1 if sys.platform == "darwin" else 1024)


async def run(folder: Path, url: str, connections: int, rate: float, seconds: float) -> Any:
    """开、说、收，给出量到的。"""
    before, began = rss(), time.monotonic()
    piece = shard(url, connections, seconds, arrival="constant", rate=rate)
    evidence = Evidence(folder)
    engine = _Watched(piece, Journal(folder / "events.bin"), evidence)
    await engine.run()
    evidence.close()
    lines = account.judge(read_journal(folder / "events.bin"), warm_until=engine.began)
    spread = Spread(lines.latency[lines.timed]).summary()
    return {
        "connections": connections,
        "open_s": round(engine.opened - began, 2),
        "bytes_each": round((engine.resident - before) / connections),
        "sent": len(lines),
        "lost": int(lines.lost.sum()),
        "latency_ms": {name: round(value * 1e3, 2) for name, value in (spread or {}).items()},
    }


def main() -> None:
    """打印一行 JSON。"""
    parser = argparse.ArgumentParser(description="一个进程里许多连接", allow_abbrev=False)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=200.0, help="总共每秒几句")
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    limits.raise_open_files(options.connections)
    server_core, client_core = cores()
    with serving(server_core) as server, limits.fast_loop():
        if client_core is not None:
            os.sched_setaffinity(0, {client_core})
        with tempfile.TemporaryDirectory() as folder:
            given = (options.connections, options.rate, options.seconds)
            found = asyncio.run(run(Path(folder), server.url, *given))
    print(json.dumps({**found, "versions": versions()}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
