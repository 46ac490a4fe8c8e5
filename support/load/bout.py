"""一场公平的较量：安静的各家一直匀速说话，邻居一段闹、一段不闹。

职责：排好段次、叫邻居闹与停、记下每一段的真实起止。不做什么：不判断（fairness）。
一段从邻居真的闹起来（或真的静下来）算起：起闹与收场的那一阵不归任何一段。
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from support.client.provider import Provider
from support.ledger import Ledger
from support.load import account
from support.load.aggressor import KINDS, Aggressor
from support.load.evidence import Evidence
from support.load.fairness import Arm, judge
from support.load.journal import read_journal
from support.load.pace import Gauge
from support.load.session import Ended, Setting
from support.load.shard import JOURNAL, Played, play
from support.load.supervisor import Supervisor
from support.load.task import Shard
from support.load.thresholds import Threshold
from support.model import Outcome

_FOLDER = "loud"
#: 刷屏时观察站扮的大模型每次想几秒。
_PONDER = 0.08
#: 读数半秒一次，刚说出口的几句不算积压。
_LOOK_S, _SLACK = 0.5, 3


class Bout:
    """一场。`arms` 是演完的各段。"""

    def __init__(self, kind: str, setting: Setting) -> None:
        self._kind, self._setting = kind, setting
        self.arms: list[Arm] = []
        self._stop = asyncio.Event()
        self._gauge = Gauge()

    async def perform(
        self, shards: Sequence[Shard], folder: Path, supervisor: Supervisor
    ) -> tuple[list[Played], list[str]]:
        """给 :func:`support.load.session.hold` 用：最后一处住户是邻居，其余照常说话。"""
        whole = shards[0]
        quiet = replace(
            whole,
            profile=self._unending(),
            residents=whole.residents[:-1],
            doors=whole.doors[:-1],
        )
        talking = asyncio.Event()
        report = supervisor.of(0)

        def watch(gauge: Gauge) -> bool:
            self._gauge = gauge
            if gauge.said:
                talking.set()
            if not report(gauge):
                self._stop.set()
            return not self._stop.is_set()

        playing = asyncio.create_task(play(quiet, folder / "0", watch=watch))

        def over(_: asyncio.Task[Played]) -> None:
            self._stop.set()
            talking.set()

        playing.add_done_callback(over)
        try:
            await talking.wait()
            await self._alternate(whole, folder / _FOLDER)
        finally:
            self._stop.set()
            await asyncio.wait([playing])
        return [playing.result()], []

    def _unending(self) -> Any:
        """安静各家的话排得够长：演完最后一段才叫停。"""
        profile = self._setting.profile
        slack = (profile.arms + 1) * 2 * profile.patience
        return replace(profile, duration=profile.duration + slack)

    async def _alternate(self, whole: Shard, folder: Path) -> None:
        profile, setting = self._setting.profile, self._setting
        length = profile.duration / profile.arms
        evidence = Evidence(folder)
        neighbour = Aggressor(
            self._kind,
            whole.residents[-1],
            whole.doors[-1],
            whole.nonce,
            evidence,
            patience=profile.patience,
            run=whole.run,
            talk=round(profile.rate * length),
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(evidence.close)
            session = await stack.enter_async_context(
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False)
            )
            provider = Provider(
                session, setting.endpoints.observer_url, setting.endpoints.token, Ledger(),
                timeout=setting.config.timeouts.control, attribute=lambda _: None,
            )  # fmt: skip
            stack.push_async_callback(neighbour.close)
            await self._ponder(stack, provider)
            await self._pause(profile.warmup)
            usual = self._unanswered()
            for number in range(profile.arms):
                if self._stop.is_set():
                    return
                loud = number % 2 == 1
                settled = loud or await self._settled(usual)
                await self._arm(loud, settled, length, neighbour, session, provider)

    async def _ponder(self, stack: contextlib.AsyncExitStack, provider: Provider) -> None:
        """刷屏时让大模型每次都想一会儿，像真的那样。

        一点不想的大模型，刷屏只会把这台机器的处理器占满，谁都慢，量不出名额与次序分得公不公平。
        """
        if self._kind == "messages" and "按住模型" in self._setting.config.target.capabilities:
            rule = await provider.script("delay", seconds=_PONDER)
            stack.push_async_callback(provider.release, rule, patience=0.0)

    async def _settled(self, usual: int) -> bool:
        """等安静各家压着没答的话退到平时那么多；等过两个耐心还没有，返回假。"""
        ends = time.monotonic() + 2 * self._setting.profile.patience
        while self._unanswered() > usual + _SLACK:
            if time.monotonic() > ends or self._stop.is_set():
                return False
            await self._pause(_LOOK_S)
        return True

    def _unanswered(self) -> int:
        """安静各家说了还没答、也还没过耐心的。"""
        gauge = self._gauge
        return gauge.said - gauge.replied - gauge.refused - gauge.failed - gauge.lost

    async def _arm(
        self,
        loud: bool,
        settled: bool,
        length: float,
        neighbour: Aggressor,
        session: aiohttp.ClientSession,
        provider: Provider,
    ) -> None:
        if loud:
            await neighbour.begin(session, provider)
        began = time.monotonic()
        await self._pause(length)
        ended = time.monotonic()
        tally = asdict(await neighbour.end(provider)) if loud else {}
        if not self._stop.is_set():
            self.arms.append(Arm(loud, began, ended, settled=settled, **tally))

    async def _pause(self, seconds: float) -> None:
        """量这么多秒；被叫停就立即走。"""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def thresholds(self, given: Sequence[Threshold]) -> Sequence[Threshold]:
        """总账照常要过的条件。"""
        return given

    def beside(self, ended: Ended, folder: Path) -> list[tuple[int, Path]]:
        """邻居收到的帧也要重扫：它看见了谁的话，一样是越界。"""
        return [(ended.residents[-1].tenant, folder / _FOLDER)]

    def conclude(self, results: dict[str, Any], ended: Ended, seed: int) -> None:
        """判出公平的结论，写进结果；它与别的结论取重的。"""
        played = ended.played[0]
        events = read_journal(played.folder / JOURNAL)
        lines = account.judge(events, warm_until=played.began)
        homes = np.array([place for place, _ in played.voices], int)
        where = homes[lines.voice] if len(lines) else np.array([], int)
        names: dict[str, list[int]] = {}
        for resident in ended.residents[:-1]:
            names.setdefault(resident.name, []).append(resident.tenant)
        tenants = {name: np.isin(where, places) for name, places in names.items()}
        section = judge(
            lines, tenants, self.arms,
            kind=self._kind, ratio=self._setting.profile.ratio, seed=seed,
        )  # fmt: skip
        for arm in section["arms"]:
            arm["began"], arm["ended"] = (
                round(arm[key] - played.began, 3) for key in ("began", "ended")
            )
        results["fairness"] = {**section, "title": KINDS[self._kind]}
        results["verdict"] = worse(results["verdict"], section["verdict"])


def worse(one: str, other: str) -> str:
    """两个结论里重的那个：违反、无法判定、通过。"""
    order = [Outcome.VIOLATED.value, Outcome.INCONCLUSIVE.value, Outcome.HELD.value]
    return min(one, other, key=order.index)
