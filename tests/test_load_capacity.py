"""容量：拿编好的服务去找拐点；压垮之后先等它缓过来。"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from support.load import account
from support.load.capacity import Climb, Search, Step, measure, section
from support.load.journal import RECORD, What
from support.load.profile import LoadProfile
from support.load.session import Ended, Setting
from support.load.supervisor import Supervisor
from support.load.task import Shard
from support.load.thresholds import parse_all
from support.reports.text.load import section_lines as told


def step(rate: float, held: bool, *, lag: float = 0.0, cpu: float = 0.1) -> Step:
    failed = () if held else ("p99 < 2 s（3000.0 毫秒）",)
    return Step(rate, held, failed, {}, {"p99": 0.5}, rate, lag, cpu)


def climbed(ceiling: float, *, start: float = 20.0, **details: float) -> Search:
    search = Search(start)
    while search.next is not None:
        search.tell(step(search.next, search.next <= ceiling, **details))
    return search


@pytest.mark.parametrize("ceiling", [21.0, 77.0, 640.0, 5000.0, 3.0])
def test_the_knee_is_bracketed(ceiling: float) -> None:
    search = climbed(ceiling)
    assert search.knee is not None
    assert search.broken is not None
    assert search.knee.rate <= ceiling < search.broken.rate
    assert search.broken.rate / search.knee.rate <= 1.15
    assert section(search, ())["verdict"] == "通过"


def test_a_rate_that_failed_is_never_tried_again() -> None:
    search = Search(20.0)
    search.tell(step(20.0, True))
    search.tell(step(40.0, False))
    assert search.next is not None
    assert 20.0 < search.next < 40.0


def test_never_holding_is_a_violation() -> None:
    found = section(climbed(0.0), ())
    assert (found["verdict"], found["knee"]) == ("违反", None)
    assert "最低速率也守不住：p99" in found["reason"]


def test_never_failing_finds_no_knee() -> None:
    found = section(climbed(1e9), ())
    assert found["verdict"] == "无法判定"
    assert "没有碰到拐点" in found["reason"]


@pytest.mark.parametrize("limit", [{"lag": 0.2}, {"cpu": 0.95}])
def test_a_busy_client_finds_no_knee(limit: dict[str, float]) -> None:
    found = section(climbed(77.0, **limit), ())
    assert found["verdict"] == "无法判定"
    assert "客户端先到顶" in found["reason"]


def test_stopping_half_way_is_undecided() -> None:
    search = Search(20.0)
    search.tell(step(20.0, True))
    assert section(search, ())["verdict"] == "无法判定"
    assert any("守住" in line for line in told({"capacity": section(search, (), "停了")}))


class Worn(Climb):
    """一级级照写好的来；`weary` 是压垮之后头几次探问还守不住。"""

    def __init__(self, weary: int) -> None:
        setting = SimpleNamespace(profile=replace(LoadProfile(), rate=20.0))
        super().__init__(cast(Setting, setting), ())
        self.rates: list[float] = []
        self._weary = weary

    async def _play(self, shard: Any, profile: LoadProfile, folder: Any, supervisor: Any) -> Step:
        self.rates.append(profile.rate)
        if profile.warmup:
            return step(profile.rate, profile.rate <= 50.0)
        self._weary -= 1
        return step(profile.rate, self._weary < 0)


async def test_after_an_overload_it_waits_until_the_server_recovers() -> None:
    climb, watcher = Worn(2), SimpleNamespace(stopping=False)
    await climb.perform([cast(Shard, None)], Path(), cast(Supervisor, watcher))
    assert climb.rates[:6] == [20.0, 40.0, 80.0, 20.0, 20.0, 20.0]
    assert 40.0 < climb.rates[6] < 80.0
    results: dict[str, Any] = {"verdict": "通过"}
    climb.conclude(results, cast(Ended, None), 0)
    assert (results["verdict"], results["capacity"]["knee"]["rate"]) == ("通过", climb.rates[-2])
    assert any("探问了" in line for line in told(results))


async def test_a_server_that_never_recovers_leaves_it_undecided() -> None:
    climb, watcher = Worn(10**9), SimpleNamespace(stopping=False)
    await climb.perform([cast(Shard, None)], Path(), cast(Supervisor, watcher))
    results: dict[str, Any] = {"verdict": "通过"}
    climb.conclude(results, cast(Ended, None), 0)
    assert results["verdict"] == "无法判定"
    assert "没有缓过来" in results["capacity"]["reason"]


def test_falling_behind_fails_before_the_percentiles_do() -> None:
    """每秒来 20 句、只答得了 10 句：三秒里的 p99 还不到两秒，可已经跟不上了。"""
    rows = [(What.SAID, 0, 0, n, n / 20, n / 20) for n in range(80)]
    rows += [(What.HEARD, 0, 0, n, n / 10 + 0.05, 0.0) for n in range(80)]
    found = account.judge(np.array(rows, RECORD), warm_until=1.0)
    profile = replace(LoadProfile(arrival="constant"), rate=20.0, warmup=1.0, duration=3.0)
    made = measure(found, [0], profile, parse_all(["p99 < 5 s", "丢失 = 0"], "测试"), 0.1)
    assert not made.held
    assert [text.partition("（")[0] for text in made.failed] == ["跟得上"]
    assert made.replies_per_s == 10.0


def test_answering_in_time_holds() -> None:
    rows = [(What.SAID, 0, 0, n, n / 20, n / 20) for n in range(80)]
    rows += [(What.HEARD, 0, 0, n, n / 20 + 0.2, 0.0) for n in range(80)]
    found = account.judge(np.array(rows, RECORD), warm_until=1.0)
    profile = replace(LoadProfile(arrival="constant"), rate=20.0, warmup=1.0, duration=3.0)
    made = measure(found, [0], profile, parse_all(["p99 < 5 s", "丢失 = 0"], "测试"), 0.1)
    assert made.held, made.failed
