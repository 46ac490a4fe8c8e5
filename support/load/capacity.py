"""容量：一级级加压，找出守得住的最高速率，与头一个守不住的是哪一条。

职责：下一级试多少、这一级守没守住、拐点在哪里。不做什么：不开租户、不出报告。
先成倍地加，守不住了再折半逼近；一级只量一次，守不住就是守不住，不重试到守得住为止。
压垮过一级之后，先等服务缓过来再试下一级：不然量到的是上一级的余波。
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from support.load import account
from support.load.journal import read_journal
from support.load.profile import LoadProfile, highest_rate
from support.load.session import Ended, Setting
from support.load.shard import JOURNAL, Played, play
from support.load.spread import Spread
from support.load.supervisor import Supervisor
from support.load.task import Shard
from support.load.thresholds import Measured, Threshold
from support.model import Outcome

#: 折半到差这么多倍以内就停。
_CLOSE = 1.15
#: 自己这一头忙到这个份上，量到的就不是服务了：发晚的秒数（中位）、占一个核的几成。
_LAG, _CPU = 0.05, 0.9
#: 段里该说的，段里至少要答掉这么多成；否则积压只会越来越长，分位数还没来得及难看。
_KEEPING_UP = 0.9
KEEPS_UP = "跟得上"
#: 压垮之后照起步的速率每次探问几秒、至多探问几次；守住一次算缓过来。
_PROBE_S, _PROBES = 1.0, 12


@dataclass(frozen=True, slots=True)
class Step:
    """一级：多少速率，守住没有，没守住是哪几条；延迟单位秒。"""

    rate: float
    held: bool
    failed: tuple[str, ...]
    counts: Mapping[str, int]
    latency: Mapping[str, float] | None
    replies_per_s: float
    sender_lag_s: float
    client_cpu: float

    @property
    def client_bound(self) -> bool:
        """自己先到顶了。"""
        return self.sender_lag_s > _LAG or self.client_cpu > _CPU


class Search:
    """找拐点；不看钟、不收发。`next` 为空就是找完了。"""

    def __init__(self, start: float) -> None:
        self.next: float | None = start
        self.steps: list[Step] = []
        self._low = 0.0
        self._high = float("inf")
        self._most = highest_rate(start)
        self._least = start / 2**4

    @property
    def knee(self) -> Step | None:
        """守得住的最高一级。"""
        held = [step for step in self.steps if step.held and step.rate < self._high]
        return max(held, key=lambda step: step.rate, default=None)

    @property
    def broken(self) -> Step | None:
        """头一个守不住的：守不住的里面最低的一级，每级只试一次。"""
        failed = [step for step in self.steps if not step.held and step.rate >= self._high]
        return min(reversed(failed), key=lambda step: step.rate, default=None)

    def tell(self, step: Step) -> None:
        """这一级的结果；据此定下一级。"""
        self.steps.append(step)
        if step.held:
            self._low = max(self._low, step.rate)
        else:
            self._high = min(self._high, step.rate)
        self.next = self._choose()

    def _choose(self) -> float | None:
        if self._high == float("inf"):
            return self._low * 2 if self._low * 2 <= self._most else None
        if not self._low:
            return self._high / 2 if self._high / 2 >= self._least else None
        middle = (self._low * self._high) ** 0.5
        return middle if self._high / self._low > _CLOSE else None


def section(
    search: Search, criteria: Sequence[Threshold], halted: str = "", probes: int = 0
) -> dict[str, Any]:
    """写进结果的一节。`halted` 是没有找完的缘由；`probes` 是等它缓过来探问了几次。"""
    knee, broken = search.knee, search.broken
    outcome, reason = _conclude(search, halted)
    return {
        "verdict": outcome.value,
        "reason": reason,
        "criteria": [KEEPS_UP, *(one.text for one in criteria)],
        "knee": asdict(knee) if knee else None,
        "first_failed": asdict(broken) if broken else None,
        "client_bound": bool(broken and broken.client_bound),
        "steps": [asdict(step) for step in search.steps],
        "probes": probes,
    }


def _conclude(search: Search, halted: str) -> tuple[Outcome, str]:
    knee, broken = search.knee, search.broken
    if broken is not None and broken.client_bound:
        cpu, lag = broken.client_cpu * 100, broken.sender_lag_s * 1000
        return Outcome.INCONCLUSIVE, (
            f"客户端先到顶：每秒 {broken.rate:g} 句时自己用了 {cpu:.0f}% 的核、"
            f"一半的话发晚了 {lag:.0f} 毫秒以上；服务的顶还在上面，或机器太忙"
        )
    if halted or search.next is not None:
        return Outcome.INCONCLUSIVE, halted or "没有找完就停下了"
    if knee is None:
        failed = "、".join(broken.failed) if broken else "没有试过"
        return Outcome.VIOLATED, f"试到的最低速率也守不住：{failed}"
    if broken is None:
        return Outcome.INCONCLUSIVE, f"加到每秒 {knee.rate:g} 句还守得住，没有碰到拐点"
    p99 = f"p99 {knee.latency['p99'] * 1000:.0f} 毫秒" if knee.latency else "没有延迟"
    return Outcome.HELD, (
        f"守得住每秒 {knee.rate:.1f} 句（{p99}）；"
        f"每秒 {broken.rate:.1f} 句守不住：{'、'.join(broken.failed)}"
    )


class Climb:
    """一次加压：每一级跑一小段，租户只开一次。"""

    def __init__(self, setting: Setting, criteria: Sequence[Threshold]) -> None:
        self._setting, self._criteria = setting, tuple(criteria)
        self.search = Search(setting.profile.rate)
        self._played: list[Played] = []
        self._said, self._probes, self._halted = 0, 0, ""

    async def perform(
        self, shards: Sequence[Shard], folder: Path, supervisor: Supervisor
    ) -> tuple[list[Played], list[str]]:
        """给 :func:`support.load.session.hold` 用。"""
        while (rate := self.search.next) is not None and not supervisor.stopping:
            profile = replace(self._setting.profile, rate=rate)
            step = await self._play(shards[0], profile, folder, supervisor)
            if not supervisor.stopping:
                self.search.tell(step)
            if self.search.next is not None and not step.held:
                await self._recover(shards[0], folder, supervisor)
            if self._halted:
                break
        if supervisor.stopping:
            self._halted = "没有找完就停下了"
        return self._played, []

    async def _recover(self, shard: Shard, folder: Path, supervisor: Supervisor) -> None:
        """照起步的速率一次次探问，守住了才往下试；一直守不住，往下就量不出来了。"""
        profile = replace(self._setting.profile, warmup=0.0, duration=_PROBE_S)
        for _ in range(_PROBES):
            if supervisor.stopping:
                return
            self._probes += 1
            if (await self._play(shard, profile, folder, supervisor)).held:
                return
        self._halted = f"压垮之后探问了 {_PROBES} 次，服务还没有缓过来，往下量不出来"

    async def _play(
        self, shard: Shard, profile: LoadProfile, folder: Path, supervisor: Supervisor
    ) -> Step:
        number = len(self._played)
        shard = replace(shard, profile=profile, first=self._said)
        cpu, began = time.process_time(), time.monotonic()
        played = await play(shard, folder / f"step-{number}", watch=supervisor.of(number))
        used = (time.process_time() - cpu) / (time.monotonic() - began)
        start = self._played[0].began if self._played else played.began
        self._played.append(replace(played, offset=played.began - start))
        events = read_journal(played.folder / JOURNAL)
        lines = account.judge(events, warm_until=played.began + profile.warmup)
        self._said += len(lines)
        chats = [chat for _, chat in played.voices]
        return measure(lines, chats, profile, self._criteria, used)

    def thresholds(self, given: Sequence[Threshold]) -> Sequence[Threshold]:
        """条件逐级判过了；总账里有压垮的那几级，不再判一遍。"""
        return ()

    def beside(self, ended: Ended, folder: Path) -> Sequence[tuple[int, Path]]:
        """没有别人收帧。"""
        return ()

    def conclude(self, results: dict[str, Any], ended: Ended, seed: int) -> None:
        """写进结果：各级一级接一级，合起来的每秒答几句没有意义，换成拐点的。"""
        made = section(self.search, self._criteria, self._halted, self._probes)
        results["capacity"] = made
        results["replies_per_s"] = made["knee"]["replies_per_s"] if made["knee"] else 0.0
        order = [Outcome.VIOLATED.value, Outcome.INCONCLUSIVE.value, Outcome.HELD.value]
        results["verdict"] = min(results["verdict"], made["verdict"], key=order.index)


def measure(
    lines: account.Lines,
    chats: Sequence[int],
    profile: LoadProfile,
    criteria: Sequence[Threshold],
    cpu: float,
) -> Step:
    """一级的账 → 守没守住。热身里的句子不计延迟，丢了照样算。"""
    disorder = account.out_of_order(lines, chats)
    counts = account.count(lines, disorder, profile.patience)
    spread = Spread(lines.latency[lines.timed])
    rate, share = _throughput(lines, profile)
    measured = Measured(asdict(counts), spread.summary(), rate)
    found = [one.judge(measured) for one in criteria]
    failed = [f"{one.text}（{one.actual}）" for one in found if one.outcome is not Outcome.HELD]
    if share < _KEEPING_UP:
        failed.append(f"{KEEPS_UP}（该答的只答了 {share * 100:.0f}%）")
    lag = float(np.median(lines.said - lines.due)) if len(lines) else 0.0
    return Step(
        rate=round(profile.rate, 3), held=not failed, failed=tuple(failed),
        counts=asdict(counts), latency=spread.summary(), replies_per_s=round(rate, 3),
        sender_lag_s=round(lag, 6), client_cpu=round(cpu, 3),
    )  # fmt: skip


def _throughput(lines: account.Lines, profile: LoadProfile) -> tuple[float, float]:
    """热身之后每秒答了几句，与该说的相比是几成：只数这一段里答的，之后补答的不算。"""
    if not len(lines):
        return 0.0, 0.0
    began = float(lines.due.min())
    first, last = began + profile.warmup, began + profile.seconds
    answered = lines.due + lines.latency
    inside = int(np.count_nonzero((answered >= first) & (answered < last)))
    due = int(np.count_nonzero((lines.due >= first) & (lines.due < last)))
    return inside / profile.duration, inside / due if due else 0.0
