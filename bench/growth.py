"""开销随什么长：句数、连接数、租户数各加几档，看每句的 CPU、内存与判卷。

用法：``python bench/growth.py [--seconds 2]``
每一档是一个新进程：跑完一片，照 ``support load`` 的判法判一遍，再单独重扫一遍。
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.connections import rss
from bench.peers.ours import shard
from bench.peers.tally import cpu
from bench.run import cores, serving, versions
from support.canary import Numbering
from support.load import limits, outcome
from support.load.evidence import read_frames
from support.load.rescan import Scan, Scanner
from support.load.shard import FRAMES, Played, play
from support.load.task import Shard

#: 变的是什么 → 各档的（连接数、租户数、几倍的时长）。
SWEEPS = {
    "句数": ((100, 100, 1), (100, 100, 4), (100, 100, 16)),
    "连接数": ((10, 10, 2), (100, 10, 2), (1000, 10, 2)),
    "租户数": ((1000, 1, 2), (1000, 30, 2), (1000, 1000, 2)),
}


def told(url: str, connections: int, tenants: int, seconds: float) -> dict[str, Any]:
    """一档。判卷与重扫的秒数都是 CPU 秒。"""
    limits.raise_open_files(connections)
    piece = shard(url, connections, seconds)
    homes = tuple(
        replace(one, tenant=number, name=f"甲{number % tenants}", household=str(number % tenants))
        for number, one in enumerate(piece.residents)
    )
    piece = replace(piece, residents=homes)
    with tempfile.TemporaryDirectory() as folder:
        before = rss(), cpu()
        with limits.fast_loop():
            played = asyncio.run(play(piece, Path(folder), watch=lambda _: True))
        after = rss(), cpu()
        results, judging = _judged(piece, played)
        replied = results["totals"]["replied"]
        assert replied == results["totals"]["sent"], "回声服务不丢话"
        return {
            "connections": connections,
            "tenants": tenants,
            "lines": replied,
            "talk_us": (after[1] - before[1]) / replied * 1e6,
            "grown_mb": (after[0] - before[0]) / 1e6,
            "judge_us": judging / replied * 1e6,
            "rescan_us": _rescanned(piece, played) / replied * 1e6,
        }


def _judged(piece: Shard, played: Played) -> tuple[dict[str, Any], float]:
    facts = outcome.Facts(
        run={}, profile=piece.profile, thresholds=(), residents=piece.residents, nonce=piece.nonce
    )
    began = time.process_time()
    return outcome.build(facts, [played]), time.process_time() - began


def _rescanned(piece: Shard, played: Played) -> float:
    scanner = Scanner(piece.residents, Numbering(piece.nonce), ())
    began = time.process_time()
    scanner.scan(read_frames(played.folder / FRAMES), "回复", Scan())
    return time.process_time() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """打印一张表。"""
    parser = argparse.ArgumentParser(description="开销随什么长", allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=2.0, help="一倍的时长")
    parser.add_argument("--one", nargs=4, metavar=("地址", "连接", "租户", "秒"), help="只跑一档")
    options = parser.parse_args(arguments)
    if options.one:
        url, connections, tenants, seconds = options.one
        print(json.dumps(told(url, int(connections), int(tenants), float(seconds))))
        return
    print("| 变的 | 连接 | 租户 | 句 | 说一句微秒 | 内存长了 MB | 判一句微秒 | 其中重扫微秒 |")
    print("|---|---|---|---|---|---|---|---|")
    server_core, _ = cores()
    with serving(server_core) as server:
        for what, steps in SWEEPS.items():
            for connections, tenants, times in steps:
                row = _apart(server.url, connections, tenants, options.seconds * times)
                print(
                    f"| {what} | {row['connections']} | {row['tenants']} | {row['lines']} "
                    f"| {row['talk_us']:.1f} | {row['grown_mb']:.1f} | {row['judge_us']:.1f} "
                    f"| {row['rescan_us']:.1f} |",
                    flush=True,
                )
    print("；".join(f"{name} {value}" for name, value in versions().items()))


def _apart(url: str, connections: int, tenants: int, seconds: float) -> dict[str, Any]:
    given = map(str, ("--one", url, connections, tenants, seconds))
    ran = subprocess.run(
        [sys.executable, __file__, *given], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


if __name__ == "__main__":
    main()
