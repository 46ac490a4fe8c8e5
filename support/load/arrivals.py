"""话什么时候到：开放式的排好每一句的时刻，与答得快慢无关。

职责：纯函数，从强度与种子得出时刻。不做什么：不看钟、不收发。
延迟从排好的时刻算起：服务卡住时迟发出的那些话，也照样算它们等了多久（不许协同遗漏）。
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate, count, repeat, takewhile

from support.load.profile import LoadProfile


def offsets(profile: LoadProfile, *, seed: int, share: float = 1.0) -> Iterator[float]:
    """各句距开始的秒数，升序；`share` 是这一片分到的速率（几片一起跑时各占一份）。"""
    moments = {
        "constant": _constant,
        "poisson": _poisson,
        "ramp": _ramp,
        "steps": _steps,
        "burst": _burst,
    }[profile.arrival](profile, share, random.Random(seed))
    return takewhile(lambda moment: moment < profile.seconds, moments)


def thinking(profile: LoadProfile, *, seed: int) -> Iterator[float]:
    """一位封闭式用户每次开口前想的秒数：平均 `think`，指数分布。"""
    if not profile.think:
        return repeat(0.0)
    rng = random.Random(seed)
    return (rng.expovariate(1 / profile.think) for _ in count())


def expected(profile: LoadProfile) -> float:
    """大约会说几句；封闭式按每句即答估，是上限。"""
    if profile.is_closed:
        return profile.users * profile.seconds / max(profile.think, 0.001)
    if profile.arrival in ("ramp", "steps"):
        return profile.seconds * (profile.rate + profile.rate_to) / 2
    return profile.seconds * profile.rate


def _constant(profile: LoadProfile, share: float, rng: random.Random) -> Iterator[float]:
    gap = 1 / (profile.rate * share)
    return (number * gap for number in count())


def _poisson(profile: LoadProfile, share: float, rng: random.Random) -> Iterator[float]:
    rate = profile.rate * share
    return accumulate(rng.expovariate(rate) for _ in count())


def _ramp(profile: LoadProfile, share: float, rng: random.Random) -> Iterator[float]:
    """速率是时间的一次函数，第 n 句的时刻由累计句数反解。"""
    first, last = profile.rate * share, profile.rate_to * share
    slope = (last - first) / profile.seconds
    if not slope:
        yield from _constant(profile, share, rng)
    for number in count():
        inside = first * first + 2 * slope * number
        if inside < 0:
            return
        yield (inside**0.5 - first) / slope


def _steps(profile: LoadProfile, share: float, rng: random.Random) -> Iterator[float]:
    length = profile.seconds / profile.steps
    for step in range(profile.steps):
        portion = step / (profile.steps - 1) if profile.steps > 1 else 0.0
        rate = (profile.rate + (profile.rate_to - profile.rate) * portion) * share
        yield from (step * length + number / rate for number in range(round(rate * length)))


def _burst(profile: LoadProfile, share: float, rng: random.Random) -> Iterator[float]:
    size = max(1, round(profile.rate * profile.every * share))
    for turn in count():
        yield from repeat(turn * profile.every, size)
