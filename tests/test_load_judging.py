"""压测的判卷：逐句的账、过关条件、到来的时刻、分布、重扫，都与一份笨而明白的算法对。"""

from __future__ import annotations

import json
import math
import random
from dataclasses import asdict, replace
from itertools import islice, pairwise
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from support.canary import Mint, Numbering
from support.errors import ConfigError
from support.load import account
from support.load.arrivals import offsets
from support.load.crowd import Resident
from support.load.journal import RECORD, Journal, What, read_journal
from support.load.profile import LoadProfile
from support.load.rescan import NOWHERE, Scan, Scanner
from support.load.spread import Spread
from support.load.thresholds import Measured, parse
from support.model import Outcome

Row = tuple[int, int, int, int, float, float]
_PATIENCE = 8.0


def said(line: int, due: float, *, voice: int = 0, lane: int = 0, late: float = 0.0) -> Row:
    return (What.SAID, lane, voice, line, due + late, due)


def other(what: What, line: int, at: float, *, lane: int = 0) -> Row:
    return (what, lane, 0, line, at, 0.0)


def heard(line: int, at: float, *, lane: int = 0) -> Row:
    return other(What.HEARD, line, at, lane=lane)


def table(*rows: Row) -> Any:
    return np.array(list(rows), RECORD)


def lines_of(*rows: Row, warm_until: float = 0.0) -> account.Lines:
    return account.judge(table(*rows), warm_until=warm_until)


def counts_of(lines: account.Lines, chats: list[int]) -> account.Counts:
    return account.count(lines, account.out_of_order(lines, chats), _PATIENCE)


# ---- 逐句的账 --------------------------------------------------------------------


def naive(rows: list[Row], chats: list[int]) -> dict[str, int]:
    """一句一句数：慢，但一眼看得懂。"""
    found = dict.fromkeys(asdict(counts_of(lines_of(), chats)), 0)
    spoken = sorted((row for row in rows if row[0] == What.SAID), key=lambda row: row[3])
    answered_at: dict[int, float] = {}
    for _, lane, _, line, _, due in spoken:
        mine = [row for row in rows if row[3] == line and row[0] != What.SAID]
        replies = [row for row in mine if row[0] == What.HEARD]
        refused = any(row[0] == What.REFUSED for row in mine)
        found["sent"] += 1
        found["acked"] += any(row[0] == What.ACKED for row in mine)
        found["errors"] += any(row[0] == What.FAILED for row in mine)
        found["foreign"] += sum(row[1] != lane for row in replies)
        if replies:
            found["replied"] += 1
            found["duplicated"] += len(replies) - 1
            answered_at[line] = min(row[4] for row in replies)
            found["late"] += answered_at[line] - due > _PATIENCE
        elif refused:
            found["refused"] += 1
        else:
            found["lost"] += 1
    for row in spoken:
        if row[3] not in answered_at:
            continue
        found["out_of_order"] += any(
            after[3] in answered_at and answered_at[after[3]] < answered_at[row[3]]
            for after in spoken
            if chats[after[2]] == chats[row[2]] and after[4] > row[4]
        )
    return found


def shuffled_journal(seed: int) -> tuple[list[Row], list[int]]:
    """什么都可能发生的一段流水；时刻都是八分之一秒的整数倍，加减没有舍入。"""
    rng = random.Random(seed)
    chats = [0, 0, 1, 2]
    rows: list[Row] = []
    for line in rng.sample(range(1000), 60):
        voice, due = rng.randrange(4), len(rows) / 8
        rows.append(said(line, due, voice=voice, lane=chats[voice], late=1 / 16))
        if rng.random() < 0.8:
            rows.append(other(What.ACKED, line, due + 0.125))
        for _ in range(rng.choice([0, 1, 1, 1, 1, 2, 3])):
            lane = chats[voice] if rng.random() < 0.9 else 7
            rows.append(heard(line, due + rng.choice([0.25, 1.5, 4.0, 9.0]), lane=lane))
        for what in (What.REFUSED, What.FAILED):
            if rng.random() < 0.15:
                rows.append(other(what, line, due + 0.5))
    rows += [heard(5000, 3.0), other(What.ACKED, 5001, 3.0)]
    rng.shuffle(rows)
    return rows, chats


@pytest.mark.parametrize("seed", range(12))
def test_columns_agree_with_counting_one_by_one(seed: int) -> None:
    rows, chats = shuffled_journal(seed)
    counts = counts_of(lines_of(*rows), chats)
    assert asdict(counts) == naive(rows, chats)
    assert counts.reconciles


def test_a_loss_and_a_duplicate_do_not_cancel() -> None:
    counts = counts_of(lines_of(said(1, 0), said(2, 0), heard(2, 1), heard(2, 2)), [0])
    assert (counts.sent, counts.replied, counts.lost, counts.duplicated) == (2, 1, 1, 1)


def test_a_refused_line_that_was_answered_counts_as_replied() -> None:
    counts = counts_of(
        lines_of(said(1, 0), other(What.REFUSED, 1, 1), heard(1, 2), said(2, 3),
                 other(What.REFUSED, 2, 4)), [0],
    )  # fmt: skip
    assert (counts.replied, counts.refused, counts.lost) == (1, 1, 0)
    assert counts.reconciles


def test_late_is_counted_from_the_intended_moment() -> None:
    lines = lines_of(said(1, 0.0, late=5.0), heard(1, 8.5))
    assert lines.latency.tolist() == [8.5]
    assert counts_of(lines, [0]).late == 1


def test_a_reply_on_another_lane_is_foreign() -> None:
    assert counts_of(lines_of(said(1, 0, lane=3), heard(1, 1, lane=4)), [0]).foreign == 1


def test_order_is_judged_within_one_chat_only() -> None:
    rows = (said(1, 0, voice=0), said(2, 1, voice=1), heard(2, 2), heard(1, 3))
    assert account.out_of_order(lines_of(*rows), [0, 0]).tolist() == [True, False]
    assert account.out_of_order(lines_of(*rows), [0, 1]).tolist() == [False, False]


def test_a_lost_line_does_not_hide_a_disorder_behind_it() -> None:
    rows = (said(1, 0), said(2, 1), said(3, 2), heard(3, 3), heard(1, 4))
    assert account.out_of_order(lines_of(*rows), [0]).tolist() == [True, False, False]


def test_warm_up_is_booked_but_not_timed() -> None:
    lines = lines_of(said(1, 0), said(2, 5), heard(1, 1), heard(2, 6), warm_until=2.0)
    assert lines.timed.tolist() == [False, True]
    assert counts_of(lines, [0]).sent == 2


def test_nothing_said_is_an_empty_account() -> None:
    counts = counts_of(lines_of(heard(1, 1)), [])
    assert set(asdict(counts).values()) == {0}
    assert account.per_second(account.Moments.of([(lines_of(), 0.0)])) == []


def test_every_second_is_counted_by_when_it_was_due_and_when_it_was_answered() -> None:
    lines = lines_of(
        said(1, 10.0), said(2, 10.5), said(3, 12.25), heard(1, 10.5), heard(2, 13.5), heard(3, 12.5)
    )
    rows = account.per_second(account.Moments.of([(lines, 10.0)]))
    assert [row["sent"] for row in rows] == [2, 0, 1, 0]
    assert [row["replied"] for row in rows] == [1, 0, 1, 1]
    assert rows[0]["p50"] == 1.75
    assert rows[2]["p99"] == 0.25


def test_a_torn_last_record_is_dropped(tmp_path: Any) -> None:
    journal = Journal(tmp_path / "events.bin")
    journal.add(What.SAID, lane=1, line=2, at=3.0, voice=4, due=2.5)
    journal.close()
    whole = (tmp_path / "events.bin").read_bytes()
    (tmp_path / "events.bin").write_bytes(whole + whole[:-1])
    assert read_journal(tmp_path / "events.bin").tolist() == [(What.SAID, 1, 4, 2, 3.0, 2.5)]


# ---- 过关条件 --------------------------------------------------------------------

_ZERO = {"sent": 200, "lost": 0, "duplicated": 0, "foreign": 0, "out_of_order": 0,
         "late": 0, "refused": 0, "errors": 0}  # fmt: skip
_CUTS = {"p50": 0.1, "p90": 0.2, "p95": 0.5, "p99": 1.5, "p99.9": 2.5, "max": 3.0}


@pytest.mark.parametrize(
    ("text", "outcome", "actual"),
    [
        ("p99 < 2 s", Outcome.HELD, "1500.0 毫秒"),
        ("p99<1500ms", Outcome.VIOLATED, "1500.0 毫秒"),
        ("p99.9 <= 2.5 秒", Outcome.HELD, "2500.0 毫秒"),
        ("最大 < 3 s", Outcome.VIOLATED, "3000.0 毫秒"),
        ("丢失 = 0", Outcome.VIOLATED, "3 句"),
        ("丢失 < 2 %", Outcome.HELD, "1.5 %"),
        ("速率 >= 20 句/秒", Outcome.HELD, "20.0 句/秒"),
    ],
)
def test_a_threshold_is_judged_with_its_unit(text: str, outcome: Outcome, actual: str) -> None:
    found = parse(text, "命令行").judge(Measured({**_ZERO, "lost": 3}, _CUTS, 20.0))
    assert (found.outcome, found.actual) == (outcome, actual)


@pytest.mark.parametrize("text", ["p99 < 2 s", "速率 > 1", "丢失 < 1 %"])
def test_without_samples_a_threshold_is_undecided(text: str) -> None:
    nothing = Measured({**_ZERO, "sent": 0}, None, 0.0)
    assert parse(text, "命令行").judge(nothing).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p98 < 2 s",
        "p99 < 2",
        "p99 2 s",
        "丢失 = 一",
        "丢失 = 0 s",
        "p99 < 1.2.3 s",
        "速率 > 1 %",
    ],
)
def test_a_misspelt_threshold_says_where_what_and_how(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "[profiles].thresholds")
    for part in ("[profiles].thresholds", f"写的是：{text}" if text else "", "允许：", "改法：例"):
        assert part in str(caught.value)


# ---- 到来的时刻 ------------------------------------------------------------------

_ARRIVALS = ("constant", "poisson", "ramp", "steps", "burst")


def profile(arrival: str, **changes: Any) -> LoadProfile:
    settings = {"rate": 40.0, "rate_to": 120.0, "warmup": 2.0, "duration": 18.0, **changes}
    return replace(LoadProfile(arrival=arrival), **settings)


@pytest.mark.parametrize("arrival", _ARRIVALS)
def test_moments_rise_and_never_pass_the_end(arrival: str) -> None:
    moments = list(offsets(profile(arrival), seed=3))
    assert moments
    assert all(a <= b for a, b in pairwise(moments))
    assert 0 <= moments[0] <= moments[-1] < 20.0


@pytest.mark.parametrize(
    ("arrival", "expected", "slack"),
    [("constant", 800, 1), ("burst", 800, 0), ("ramp", 1600, 1), ("steps", 1600, 4)],
)
def test_as_many_as_the_rate_says(arrival: str, expected: int, slack: int) -> None:
    assert abs(len(list(offsets(profile(arrival), seed=1))) - expected) <= slack


def test_poisson_keeps_its_mean_and_its_spread() -> None:
    moments = list(offsets(profile("poisson", duration=198.0), seed=5))
    gaps = [b - a for a, b in pairwise(moments)]
    assert abs(len(moments) - 8000) < 4 * math.sqrt(8000)
    # 指数分布：标准差等于均值；匀速的标准差是 0。
    assert 0.9 < float(np.std(gaps)) / fmean(gaps) < 1.1


def test_a_ramp_grows_evenly() -> None:
    """到一半时该有的句数，是速率那条直线下的面积。"""
    moments = list(offsets(profile("ramp"), seed=1))
    for moment in (5.0, 10.0, 15.0):
        area = 40 * moment + (120 - 40) / 20 * moment**2 / 2
        assert abs(sum(one < moment for one in moments) - area) <= 1


def test_a_falling_ramp_ends() -> None:
    moments = list(offsets(profile("ramp", rate=120.0, rate_to=40.0), seed=1))
    assert abs(len(moments) - 1600) <= 1


def test_a_flat_ramp_is_constant() -> None:
    flat = list(offsets(profile("ramp", rate_to=40.0), seed=1))
    assert flat == list(offsets(profile("constant"), seed=1))


def test_stairs_have_level_steps() -> None:
    moments = list(offsets(profile("steps", steps=4), seed=1))
    counts = [sum(5 * n <= one < 5 * (n + 1) for one in moments) for n in range(4)]
    assert counts == [200, 333, 467, 600]


def test_a_burst_comes_all_at_once() -> None:
    moments = list(offsets(profile("burst", every=2.0), seed=1))
    assert sorted(set(moments)) == [2.0 * turn for turn in range(10)]
    assert {moments.count(one) for one in set(moments)} == {80}


def test_the_seed_decides_the_moments() -> None:
    once, again, differently = (
        list(islice(offsets(profile("poisson"), seed=seed), 50)) for seed in (1, 1, 2)
    )
    assert once == again != differently


@pytest.mark.parametrize("arrival", ["constant", "poisson", "ramp", "steps", "burst"])
def test_shares_add_up(arrival: str) -> None:
    """两片各分一半，合起来与一片跑的一样多（泊松的允许抖动）。"""
    whole = len(list(offsets(profile(arrival), seed=1)))
    halves = sum(len(list(offsets(profile(arrival), seed=seed, share=0.5))) for seed in (1, 2))
    assert abs(halves - whole) <= (4 * math.sqrt(2 * whole) if arrival == "poisson" else 4)


# ---- 分布 ------------------------------------------------------------------------


def test_merged_shards_are_one_run() -> None:
    rng = random.Random(4)
    seconds = [rng.lognormvariate(-3, 1.2) for _ in range(5000)]
    whole, merged = Spread(seconds), Spread()
    for part in range(3):
        merged.merge(Spread.load(Spread(seconds[part::3]).dump()))
    assert len(merged) == 5000
    assert merged.summary() == whole.summary()
    assert merged.curve() == whole.curve()


def test_percentiles_are_right_to_three_digits() -> None:
    seconds = [number / 1000 for number in range(1, 10_001)]
    summary = Spread(seconds).summary()
    assert summary is not None
    for name, exact in {"p50": 5.0, "p90": 9.0, "p99": 9.9, "p99.9": 9.99, "max": 10.0}.items():
        assert summary[name] == pytest.approx(exact, rel=0.002)


def test_no_samples_have_no_percentiles() -> None:
    assert Spread().summary() is None
    assert Spread().curve() == []


# ---- 重扫 ------------------------------------------------------------------------

_NUMBERING = Numbering(77)
_MINT = Mint("重扫")
_PERSONA = [_MINT.token() for _ in range(3)]


def resident(number: int, household: str) -> Resident:
    return Resident(
        tenant=number, name=household, household=household, agent="麦麦", platform="qq",
        scenario=f"第{number}处", group="", weight=1.0, allowed=(_PERSONA[number],),
        words=("你好",), key="mmc_x",
    )  # fmt: skip


#: 0、1 是同一家的两处，2 是另一家；第 10、12 句与第 11 句在 0 处的两个私聊里。
_RESIDENTS = (resident(0, "甲"), resident(1, "甲"), resident(2, "乙"))
_CHATS = [{10: 0, 11: 1, 12: 0, 20: 2, 30: 3}.get(line, -1) for line in range(31)]


def token(place: int, line: int) -> str:
    return _NUMBERING.token(place, line)


def scanned(place: int, text: str, *, surface: str = "回复") -> Scan:
    scan = Scan()
    scanner = Scanner(_RESIDENTS, _NUMBERING, _CHATS)
    scanner.scan([(place, text.encode())], surface, scan)
    assert scan.scanned == 1
    return scan


def frame(*words: str) -> str:
    return json.dumps({"text": " ".join(words)})


_OWN, _SAME_CHAT, _OTHER_CHAT = token(0, 10), token(0, 12), token(0, 11)
_OTHER_PLACE, _FOREIGN = token(1, 20), token(2, 30)


@pytest.mark.parametrize("words", [(), (_OWN,), (_OWN, _SAME_CHAT), (_OWN, *_PERSONA[:2])])
def test_ones_own_tokens_are_no_trespass(words: tuple[str, ...]) -> None:
    assert not scanned(0, frame(*words)).found


@pytest.mark.parametrize(
    ("words", "owner"),
    [
        ((_OWN, _FOREIGN), 2),
        ((_OWN, _PERSONA[2]), 2),
        ((_OWN, _OTHER_PLACE), 1),
        ((_OWN, _OTHER_CHAT), 0),
        ((_FOREIGN,), 2),
    ],
    ids=["别家的话", "别家的人设", "同一家别的场景", "同一处别人的私聊", "只有别家的"],
)
def test_what_was_said_elsewhere_is_a_trespass(words: tuple[str, ...], owner: int) -> None:
    scan = scanned(0, frame(*words))
    assert scan.found == {(owner, 0, "回复"): 1}
    assert scan.shown[0].token == words[-1]


@pytest.mark.parametrize(
    "disguised",
    [
        "\\u007a" + _FOREIGN[1:],
        _FOREIGN[:6] + "\\n" + _FOREIGN[6:],
        _FOREIGN[:6] + "\\u200b" + _FOREIGN[6:],
        _FOREIGN.upper(),
    ],
    ids=["转义", "折行", "零宽字符", "大写"],
)
def test_a_disguised_token_is_still_seen(disguised: str) -> None:
    text = f'{{"text": "{_OWN} {disguised}"}}'
    assert scanned(0, text).found == {(2, 0, "回复"): 1}


def test_a_prompt_of_nobody_is_placed_by_the_line_it_answers() -> None:
    scan = scanned(NOWHERE, f"{_OWN} 说过的话 {_FOREIGN}", surface="提示词")
    assert scan.found == {(2, 0, "提示词"): 1}
    assert not scan.unplaced


def test_a_prompt_without_any_token_is_unplaced_not_clean() -> None:
    assert scanned(NOWHERE, "没有口令", surface="提示词").unplaced == 1


def test_a_broken_token_belongs_to_nobody() -> None:
    broken = _FOREIGN[:-1] + ("0" if _FOREIGN[-1] != "0" else "1")
    assert not scanned(0, frame(_OWN, broken)).found
