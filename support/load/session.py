"""一次压测：备好服务与住处，派出引擎，收齐，判卷。

职责：把各部件按次序接起来，Ctrl-C 时有序收场。不做什么：各部件的活。
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp

from support.canary import Mint
from support.client.control import ControlPlane
from support.client.pool import KeyPool
from support.config import Config
from support.errors import SuiteError
from support.ledger import Ledger
from support.load.crowd import Resident
from support.load.evidence import Evidence
from support.load.lane import Door
from support.load.lodging import lodged
from support.load.outcome import Facts
from support.load.profile import LoadProfile
from support.load.prompts import PromptWatch, watching
from support.load.shard import Played, play
from support.load.supervisor import Supervisor
from support.load.task import Shard
from support.load.thresholds import Threshold
from support.play.households import Office
from support.targets.aim import pool_keys
from support.targets.embedded import Endpoints
from support.targets.profile import profile_of

#: 演一轮：给各片，返回跑完的各片与作不了数的缘由。
Perform = Callable[[Sequence[Shard], Path, Supervisor], Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """一次压测的台子。"""

    config: Config
    endpoints: Endpoints
    profile: LoadProfile
    abort_on: tuple[Threshold, ...]
    run_dir: Path
    run_id: str
    seed: int
    shards: int = 1
    #: 另开一家吵闹的邻居（公平）。
    neighbour: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """一次压测跑完留下的东西；判卷要用。"""

    played: tuple[Played, ...]
    residents: tuple[Resident, ...]
    nonce: int
    prompts: Path | None
    leftovers: tuple[dict[str, Any], ...]
    doubts: tuple[str, ...]


async def hold(setting: Setting, supervisor: Supervisor, perform: Perform) -> Ended:
    """备好、跑、收场。租户在任何情形下都删。"""
    _catch_interrupts(supervisor)
    nonce = secrets.randbelow(1 << 10)
    folder = setting.run_dir / "load"
    doubts: list[str] = []
    ledger = Ledger(setting.run_dir / "ledger.jsonl")
    async with AsyncExitStack() as stack:
        stack.callback(ledger.close)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False)
        )
        async with _lodged(setting, session, ledger) as residents:
            watch, prompts = _prompts(setting, session, residents, folder)
            async with contextlib.AsyncExitStack() as inner:
                if watch is not None:
                    inner.callback(watch.evidence.close)
                    await inner.enter_async_context(watching(watch))
                shards = split(setting, residents, nonce)
                played, troubles = await perform(shards, folder, supervisor)
            doubts += troubles
            if watch is not None and watch.doubt:
                doubts.append(watch.doubt)
    leftovers = tuple(
        {"resource": e.data["resource"], "id": e.data["id"], "reason": e.data["reason"]}
        for e in ledger.events
        if e.kind.value == "leftover"
    )
    return Ended(tuple(played), tuple(residents), nonce, prompts, leftovers, tuple(doubts))


async def here(
    shards: Sequence[Shard], folder: Path, supervisor: Supervisor
) -> tuple[list[Played], list[str]]:
    """各片都在本进程里跑。"""
    played = await asyncio.gather(
        *(
            play(shard, folder / str(shard.number), watch=supervisor.of(shard.number))
            for shard in shards
        )
    )
    return list(played), []


def split(setting: Setting, residents: Sequence[Resident], nonce: int) -> list[Shard]:
    """一份份的住处轮流分给各片：同一把密钥只在一片里连。"""
    block = len(residents) // max(setting.profile.tenants, setting.shards)
    config, target = setting.config, profile_of(setting.config.target)
    total = sum(one.weight for one in residents)
    shards = []
    for number in range(setting.shards):
        mine = tuple(one for one in residents if one.tenant // block % setting.shards == number)
        doors = tuple(
            Door(
                url=setting.endpoints.message_url,
                platform=one.platform,
                timeout=config.timeouts.connect,
                ping=config.timeouts.ping,
                transport=target.transport,
                key=one.key,
            )
            for one in mine
        )
        shards.append(
            Shard(
                profile=setting.profile,
                residents=mine,
                doors=doors,
                run=setting.run_id,
                seed=setting.seed,
                nonce=nonce,
                number=number,
                of=setting.shards,
                share=sum(one.weight for one in mine) / total,
            )
        )
    return shards


@contextlib.asynccontextmanager
async def _lodged(
    setting: Setting, session: aiohttp.ClientSession, ledger: Ledger
) -> AsyncIterator[list[Resident]]:
    config = setting.config
    profile = profile_of(config.target)
    control: ControlPlane | KeyPool
    if profile.registry == "pool":
        control = KeyPool(pool_keys(config), ledger)
    else:
        name = config.target.operator_key_env
        control = ControlPlane(
            session,
            setting.endpoints.control_url,
            ledger,
            timeout=config.timeouts.control,
            operator_key=os.environ.get(name) if name else None,
        )
    office = Office(
        control=control,
        ledger=ledger,
        mint=Mint(secrets.token_hex(16)),
        config=config,
        model_url=setting.endpoints.model_url,
        run_prefix=f"spec-{setting.run_id}",
        agents_by_key={},
        profile=profile,
    )
    copies = max(setting.profile.tenants, setting.shards)
    async with lodged(
        office,
        config,
        setting.profile,
        copies=copies,
        seed=setting.seed,
        neighbour=setting.neighbour,
    ) as homes:
        if not homes:
            raise SuiteError("没有一个场景的分量大于 0，没有人可以说话")
        yield homes


def _prompts(
    setting: Setting, session: aiohttp.ClientSession, residents: Sequence[Resident], folder: Path
) -> tuple[PromptWatch | None, Path | None]:
    if "提示词可见" not in setting.config.target.capabilities:
        return None, None
    place = folder / "prompts"
    evidence = Evidence(place)
    watch = PromptWatch(
        session,
        setting.endpoints.observer_url,
        setting.endpoints.token,
        residents,
        evidence,
        timeout=setting.config.timeouts.control,
    )
    return watch, place


def _catch_interrupts(supervisor: Supervisor) -> None:
    """第一次 Ctrl-C 收场，第二次立即结束。"""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def on_signal() -> None:
        if supervisor.interrupted and task is not None:
            task.cancel()
        supervisor.interrupt()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows 没有
            loop.add_signal_handler(number, on_signal)


def facts(
    setting: Setting,
    ended: Ended,
    supervisor: Supervisor,
    thresholds: Sequence[Threshold],
    run: dict[str, Any],
    notes: Sequence[str],
    beside: Sequence[tuple[int, Path]] = (),
) -> Facts:
    """判卷要的来历。"""
    return Facts(
        run={**run, "leftovers": list(ended.leftovers)},
        profile=replace(setting.profile),
        thresholds=tuple(thresholds),
        residents=ended.residents,
        nonce=ended.nonce,
        interrupted=supervisor.interrupted,
        aborted=supervisor.aborted,
        notes=tuple(notes),
        doubts=ended.doubts,
        beside=tuple(beside),
    )
