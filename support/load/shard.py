"""一片压测：本机跑与别的机器跑是同一个函数。

职责：跑一个引擎，把流水与证据落在一个目录里。不做什么：不开租户、不判卷。
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.load.engine import Engine, Gate
from support.load.evidence import Evidence
from support.load.journal import Journal
from support.load.pace import Gauge
from support.load.task import Shard

JOURNAL, FRAMES = "events.bin", "frames.bin"
_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Played:
    """跑完的一片。`began` 是它那台机器的单调钟秒；`voices` 是每位用户的 (住处, 聊天流)。"""

    number: int
    folder: Path
    began: float
    voices: tuple[tuple[int, int], ...]
    #: 车道（这一片里的第几处）→ 住处在本次运行里的编号。
    places: tuple[int, ...]
    #: 在整次运行里从第几秒起：几片同时跑都是 0，先后跑的才不同。
    offset: float = 0.0


async def play(
    shard: Shard,
    folder: Path,
    *,
    watch: Callable[[Gauge], bool],
    gate: Gate | None = None,
) -> Played:
    """跑一片。`watch` 每半秒收到一次读数，返回假就提前停下；`gate` 放行了才开口。"""
    journal, evidence = Journal(folder / JOURNAL), Evidence(folder)
    engine = Engine(shard, journal, evidence)
    watching = asyncio.create_task(_watch(engine, watch))
    try:
        await engine.run(gate=gate)
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        journal.close()
        evidence.close()
    watch(engine.gauge)
    places = tuple(one.tenant for one in shard.residents)
    return Played(
        number=shard.number,
        folder=folder,
        began=engine.began,
        voices=tuple((places[voice.resident], voice.chat) for voice in engine.voices),
        places=places,
    )


async def _watch(engine: Engine, watch: Callable[[Gauge], bool]) -> None:
    while watch(engine.read()):  # noqa: ASYNC110  定时读数，不是等什么发生
        await asyncio.sleep(_EVERY_S)
    engine.stop()
