"""公平的判定：拿编好的延迟去判，再让邻居真的对着一台小服务闹一回。"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from support.errors import SuiteError
from support.load import account, fairness, modes
from support.load.aggressor import Aggressor, require_kind
from support.load.bout import Bout
from support.load.command import parser
from support.load.crowd import Resident, Voice, picker
from support.load.evidence import Evidence
from support.load.fairness import Arm
from support.load.journal import RECORD, What
from support.load.lane import Door
from support.load.profile import LoadProfile
from support.load.session import Setting
from support.reports.text.load import section_lines as told

_LENGTH, _GAP = 4.0, 0.1
_ARMS = tuple(
    Arm(number % 2 == 1, number * 5.0, number * 5.0 + _LENGTH,
        acts=100, accepted=100, needed=50)
    for number in range(6)
)  # fmt: skip


def lines(calm: float, loud: float, *, lost: float = -1.0, gap: float = _GAP) -> account.Lines:
    """两家轮流说，每句隔 `gap` 秒；静时等 `calm` 秒、闹时等 `loud` 秒；`lost` 那一刻的没有回复。"""
    rng, rows = np.random.default_rng(3), []
    for number in range(int(30 / gap)):
        due = number * gap
        is_loud = any(arm.loud and arm.began <= due < arm.ended for arm in _ARMS)
        wait = (loud if is_loud else calm) * rng.uniform(0.9, 1.1)
        rows.append((What.SAID, 0, number % 2, number, due, due))
        if not lost <= due < lost + gap:
            rows.append((What.HEARD, 0, 0, number, due + wait, 0.0))
    return account.judge(np.array(rows, RECORD), warm_until=0.0)


def judged(found: account.Lines, *, arms: tuple[Arm, ...] = _ARMS) -> dict[str, Any]:
    tenants = {"甲": found.voice == 0, "乙": found.voice == 1}
    return fairness.judge(found, tenants, arms, kind="messages", ratio=5.0, seed=7)


@pytest.mark.parametrize(
    ("calm", "loud", "verdict"),
    [
        (0.1, 0.1, "通过"),
        (0.1, 0.45, "通过"),
        (0.1, 0.6, "违反"),
        (0.1, 0.5, "无法判定"),
        (0.001, 0.15, "通过"),
        (0.001, 0.25, "违反"),
    ],
    ids=["一样", "慢些", "慢过五倍", "正跨着五倍", "都在毫秒里抖", "从毫秒慢到半秒"],
)
def test_the_interval_decides(calm: float, loud: float, verdict: str) -> None:
    found = judged(lines(calm, loud))
    assert found["verdict"] == verdict, found["reason"]
    for row in found["tenants"]:
        assert row["low"] <= row["ratio"] <= row["high"]


def test_one_starved_tenant_is_enough() -> None:
    found = judged(lines(0.1, 0.1, lost=6.0))
    assert found["verdict"] == "违反"
    assert [row["verdict"] for row in found["tenants"]] == ["违反", "通过"]
    assert "1 句没有得到回复" in found["reason"]


def test_a_loss_while_the_noise_dies_down_counts() -> None:
    between = _ARMS[1].ended + 0.4
    assert judged(lines(0.1, 0.1, lost=between))["verdict"] == "违反"


def test_losing_lines_in_the_quiet_leaves_no_baseline() -> None:
    found = judged(lines(0.1, 0.1, lost=1.0))
    assert found["verdict"] == "无法判定"
    assert "没有平时可比" in found["reason"]


def test_too_few_lines_say_how_many_are_needed() -> None:
    found = judged(lines(0.1, 3.0, gap=0.4))
    assert found["verdict"] == "无法判定"
    assert "每段至少要 10 句" in found["reason"]
    assert "--rate" in found["reason"]


def test_an_idle_aggressor_proves_nothing() -> None:
    idle = tuple(replace(arm, accepted=10) if arm.loud else arm for arm in _ARMS)
    found = judged(lines(0.1, 0.1), arms=idle)
    assert found["verdict"] == "无法判定"
    assert "没有真的闹起来：服务只收下 10 下，至少要 50 下" in found["reason"]


def test_one_pair_of_arms_is_not_a_comparison() -> None:
    assert judged(lines(0.1, 3.0), arms=_ARMS[:2])["verdict"] == "无法判定"


@pytest.mark.parametrize("arms", [(), _ARMS[:1], _ARMS[1:2]])
def test_stopping_before_both_sides_were_seen_is_undecided(arms: tuple[Arm, ...]) -> None:
    found = judged(lines(0.1, 0.1, lost=6.0), arms=arms)
    assert found["verdict"] == "无法判定"
    assert {row["claim"] for row in found["tenants"]} == {"一静一闹没有量完"}
    assert list(told({"fairness": {**found, "title": "刷屏"}}))


def test_a_late_sender_is_the_clients_fault() -> None:
    found = lines(0.1, 1.0)
    late = replace(found, said=found.due + 0.5)
    assert judged(late)["verdict"] == "无法判定"
    assert "客户端先到顶" in judged(late)["reason"]


def test_the_same_seed_gives_the_same_interval() -> None:
    assert judged(lines(0.1, 0.3)) == judged(lines(0.1, 0.3))


def test_resampling_arms_widens_the_interval() -> None:
    """段与段不一样时，区间要容得下它；只按句抽会窄得多。"""
    steady = [(np.full(50, 0.1), np.full(50, 0.2)) for _ in range(3)]
    moody = [(np.full(50, 0.1), np.full(50, after)) for after in (0.1, 0.2, 0.9)]
    assert fairness.interval(steady, 1) == (2.0, 2.0)
    low, high = fairness.interval(moody, 1)
    assert low == 1.0
    assert high == 9.0


def test_an_unsettled_calm_arm_can_not_be_compared() -> None:
    """静的一段里还有上一段的余波：两边都慢，比不出倍数，不许算公平。"""
    arms = tuple(replace(arm, settled=arm.began != 10.0) for arm in _ARMS)
    found = judged(lines(0.1, 0.1), arms=arms)
    assert found["verdict"] == "无法判定"
    assert "静的一段不静" in found["reason"]


@pytest.mark.parametrize(("unanswered", "settled"), [(3, True), (40, False)])
async def test_a_calm_arm_waits_until_the_backlog_is_gone(unanswered: int, settled: bool) -> None:
    profile = replace(LoadProfile(), patience=0.1)
    bout = Bout("messages", cast(Setting, SimpleNamespace(profile=profile)))
    bout._gauge.said, bout._gauge.replied = 100, 100 - unanswered
    assert await bout._settled(usual=0) is settled
    # 过了耐心还没有答的不再等：它们算丢失，丢了另有结论。
    bout._gauge.lost = unanswered
    assert await bout._settled(usual=0)


def test_jains_index() -> None:
    assert fairness.jain([0.7, 0.7, 0.7]) == pytest.approx(1.0)
    assert fairness.jain([1.0, 0.0, 0.0, 0.0]) == pytest.approx(0.25)
    assert fairness.jain([0.0, 0.0]) == 0.0


def test_the_report_tells_each_household() -> None:
    found = {**judged(lines(0.1, 0.6)), "title": "刷屏"}
    text = "\n".join(told({"fairness": found}))
    assert "违反  公平（刷屏）" in text
    assert "违反  甲：被邻居拖慢" in text
    assert "Jain 公平指数" in text


# ---- 匀速 ------------------------------------------------------------------------


def test_a_steady_pick_takes_turns_by_weight() -> None:
    homes = [resident(number, weight) for number, weight in enumerate((2.0, 1.0, 1.0))]
    voices = [Voice(number, number, number, b"", tuple, (b"",)) for number in range(3)]
    picks = picker(homes, voices, 0, steady=True)
    order = [picks.next().resident for _ in range(40)]
    assert [order.count(place) for place in range(3)] == [20, 10, 10]
    turns = [[turn for turn, one in enumerate(order) if one == place] for place in range(3)]
    gaps = [[later - turn for turn, later in itertools.pairwise(one)] for one in turns]
    assert max(gaps[0]) <= 3
    assert all(3 <= gap <= 5 for gap in gaps[1] + gaps[2])


# ---- 邻居 ------------------------------------------------------------------------


def resident(number: int, weight: float = 1.0) -> Resident:
    return Resident(
        tenant=number, name="邻居", household="h", agent="麦麦", platform="qq", scenario="闹",
        group="", weight=weight, allowed=(), words=("吵死你们",), key="mmc_abcdefgh",
    )  # fmt: skip


@asynccontextmanager
async def small_server(*, deaf: bool = False) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """收下就确认、就答；`deaf` 只收不答。`seen` 数着连了几次、最大的一帧多大。"""
    seen: dict[str, Any] = {"connections": 0, "largest": 0}

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        seen["connections"] += 1
        async for message in socket:
            seen["largest"] = max(seen["largest"], len(message.data))
            frame = json.loads(message.data)
            text = frame["payload"]["message_segment"]["data"]
            if not deaf:
                await socket.send_json({"type": "sys_ack", "msg_id": frame["msg_id"]})
                await socket.send_json({"type": "sys_std", "text": text})
        return socket

    app = web.Application()
    app.router.add_get("/ws", serve)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/ws", seen
    finally:
        await runner.cleanup()


async def raid(kind: str, folder: Path, *, deaf: bool = False) -> tuple[Any, dict[str, Any]]:
    """闹一段；观察站用不着，给一个碰了就报错的。"""
    evidence = Evidence(folder)
    async with small_server(deaf=deaf) as (url, seen), aiohttp.ClientSession() as session:
        door = Door(url, "qq", timeout=60.0, ping=600.0, key="mmc_abcdefgh")
        neighbour = Aggressor(
            kind, resident(5), door, 9, evidence, patience=0.3 if deaf else 60.0, run="r", talk=30
        )
        provider: Any = None
        try:
            await neighbour.begin(session, provider)
            tally = await neighbour.end(provider)
        finally:
            await neighbour.close()
            evidence.close()
    return tally, seen


async def test_a_flood_is_counted_by_what_was_accepted(tmp_path: Path) -> None:
    tally, _ = await raid("messages", tmp_path)
    assert tally.acts == tally.accepted >= 50
    assert tally.needed == 30


async def test_huge_lines_are_about_a_megabyte(tmp_path: Path) -> None:
    tally, seen = await raid("huge", tmp_path)
    assert tally.accepted >= 1
    assert seen["largest"] >= 350_000


async def test_connections_come_in_waves(tmp_path: Path) -> None:
    tally, seen = await raid("connections", tmp_path)
    assert tally.accepted == tally.acts >= 50
    assert seen["connections"] == tally.accepted + 1


async def test_a_server_that_takes_nothing_leaves_the_tally_empty(tmp_path: Path) -> None:
    tally, _ = await raid("messages", tmp_path, deaf=True)
    assert (tally.acts, tally.accepted) == (50, 0)


@pytest.mark.parametrize(
    ("arguments", "least"),
    [(["--fairness", "messages"], 50), (["--find-capacity"], 1000), (["--rate", "5"], 5)],
)
def test_what_others_must_allow_counts_the_noise(arguments: list[str], least: int) -> None:
    profile = replace(LoadProfile(arrival="constant"), rate=5.0, rate_to=5.0)
    most = modes.most_at_once(parser().parse_args(arguments), profile)
    assert most == least if least == 5 else most >= least


def test_hanging_needs_a_model_that_can_be_held() -> None:
    require_kind("hanging", ("按住模型",))
    require_kind("messages", ())
    with pytest.raises(SuiteError, match="按住模型"):
        require_kind("hanging", ("提示词可见",))
