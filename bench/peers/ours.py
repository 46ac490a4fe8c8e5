"""我们的引擎：车道、听、流水、证据、边跑边审，全都开着。"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path

from bench import frames
from bench.peers.tally import Tally
from support.load import limits
from support.load.crowd import Resident
from support.load.engine import Engine
from support.load.evidence import Evidence
from support.load.journal import Journal
from support.load.lane import Door
from support.load.profile import LoadProfile
from support.load.task import Shard

_PERSONA = "zx0123456789ab"


class _Timed(Engine):
    """只多量一下从第一句到收齐的 CPU。"""

    tally: Tally

    async def _closed(self) -> None:
        self.tally.start()
        await super()._closed()

    async def _drain(self) -> None:
        await super()._drain()
        self.tally.stop()
        self.tally.messages = self.gauge.replied


def shard(url: str, connections: int, seconds: float, **changes: object) -> Shard:
    """`connections` 家，一家一条连接一位用户，答完就说下一句。"""
    short = len(frames._dump(frames.request("u1", text="")))
    padding = "a" * (frames.REQUEST - short - 20)
    words = tuple(f"{number:02d}{padding}" for number in range(12))
    homes = tuple(
        Resident(
            tenant=number % 1024, name=f"甲{number % 1024}", household=str(number), agent="a",
            platform=frames.PLATFORM, scenario="压", group="", weight=1.0, allowed=(_PERSONA,),
            words=words, key=frames.KEY,
        )
        for number in range(connections)
    )  # fmt: skip
    profile = LoadProfile(
        **{"arrival": "closed", "users": connections, "think": 0.0, "warmup": 0.0,
           "duration": seconds, **changes}
    )  # fmt: skip
    door = Door(url=url, platform=frames.PLATFORM, timeout=30.0, ping=30.0, key=frames.KEY)
    return Shard(profile, homes, (door,) * connections, run="b", seed=0, nonce=7)


def run(url: str, connections: int, seconds: float) -> Tally:
    """与 ``support load`` 同一个引擎；有 [fast] 就用。"""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(limits.fast_loop())
        return asyncio.run(talk(folder, shard(url, connections, seconds)))


async def talk(folder: Path, piece: Shard) -> Tally:
    """一片跑到底，给出读数；回声服务不该叫人漏记、误记。"""
    journal, evidence = Journal(folder / "events.bin"), Evidence(folder)
    engine = _Timed(piece, journal, evidence)
    engine.tally = Tally()
    await engine.run()
    evidence.close()
    if engine.gauge.foreign or engine.gauge.failed or engine.gauge.lost or evidence.odd_frames:
        raise SystemExit(f"回声服务不该有这些：{engine.gauge}，怪帧 {evidence.odd_frames}")
    return engine.tally
