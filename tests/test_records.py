"""场景记录：结论怎样合成，记录怎样存取。"""

from dataclasses import replace

import pytest

from support.errors import ConfigError, Inconclusive, TargetUnreachable, Violation
from support.model import Kind, Outcome, Verdict
from support.oracles import leaks
from support.records import (
    Scene,
    conclude,
    describe,
    dump_record,
    parse_record,
    read_records,
    setup_seconds,
)
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History

SKIPPED = Outcome.SKIPPED
SCENE = Scene("HIST-01", "聊天历史", "只有自己记得", "两位小王", ("HIST-01", "核心"), "a.feature:7")
GOOD = Verdict(HELD, "好", 1)
BAD = Verdict(VIOLATED, "坏", 2, (3, 4), expected="甲", actual="乙")
DOUBT = Verdict(INCONCLUSIVE, "存疑", 0)


def record(*verdicts, errors=(), skipped="", **more):
    times = {"duration_s": 1.5, "setup_s": 0.5, "teardown_s": 0.25, "events": 9, **more}
    return conclude(SCENE, errors=errors, verdicts=verdicts, skipped=skipped, **times)


@pytest.mark.parametrize(
    ("verdicts", "errors", "skipped", "outcome", "reason"),
    [
        ([GOOD, GOOD], [], "", HELD, ""),
        ([GOOD, DOUBT], [], "", INCONCLUSIVE, "存疑"),
        ([DOUBT, BAD, GOOD], [], "", VIOLATED, "坏"),
        ([BAD], [Violation("七行")], "", VIOLATED, "坏"),
        ([GOOD], [Violation("只有异常")], "", VIOLATED, "只有异常"),
        ([BAD], [Inconclusive("没等到")], "", VIOLATED, "坏"),
        ([BAD], [], "目标没有能力", VIOLATED, "坏"),
        ([GOOD], [Inconclusive("没等到")], "", INCONCLUSIVE, "没等到"),
        ([GOOD], [ValueError("意外")], "", INCONCLUSIVE, "套件出错 ValueError：意外"),
        ([GOOD], [AssertionError("裸断言")], "", INCONCLUSIVE, "套件出错 AssertionError：裸断言"),
        ([], [], "目标没有能力", SKIPPED, "目标没有能力"),
        ([], [], "", INCONCLUSIVE, "没有作出任何裁决"),
    ],
)
def test_the_worst_decides(verdicts, errors, skipped, outcome, reason):
    concluded = record(*verdicts, errors=errors, skipped=skipped)
    assert (concluded.verdict, concluded.reason) == (outcome, reason)


def test_a_held_verdict_needs_evidence():
    with pytest.raises(ValueError, match="没有看过任何证据"):
        Verdict(HELD, "什么也没看", 0)


def test_only_an_unreachable_target_is_marked_so():
    assert record(errors=[Inconclusive("别的"), TargetUnreachable("连不上")]).unreachable
    assert not record(errors=[Inconclusive("别的")]).unreachable


def test_an_error_is_told_in_chinese():
    assert describe(KeyboardInterrupt()) == "运行被打断"
    assert describe(ConfigError("甲", allowed="乙", fix="丙")).startswith("甲")


def test_setup_lasts_until_the_last_thing_built_before_the_first_word():
    history = History()
    assert setup_seconds([]) == 0.0
    history.ledger.add(Kind.BEGAN)
    assert setup_seconds(history.events) == 0.0
    for seconds in (1, 2):
        history.wait(seconds)
        history.ledger.add(Kind.CREATED, resource="tenants", id="t")
    history.wait(4)
    history.said(TECH)
    history.wait(8)
    history.ledger.add(Kind.CREATED, resource="api-keys", id="k")
    assert setup_seconds(history.events) == 3.0


def test_records_read_back_as_written(tmp_path):
    written = [
        record(GOOD, BAD, DOUBT),
        record(errors=[TargetUnreachable("第一行\n第二行")]),
        record(skipped="目标没有能力“重启”"),
    ]
    path = tmp_path / "scenarios.jsonl"
    path.write_text("".join(dump_record(one) + "\n" for one in written) + '{"id":"HI', "utf-8")
    assert list(read_records(path)) == written
    assert list(read_records(tmp_path / "没有.jsonl")) == []


def test_leaks_stay_in_the_ledger():
    history = History()
    history.heard(history.said(TECH), by=EDU)
    verdict = leaks.check(history.events, leaks.manifest(history.events))
    assert verdict.leaks
    assert parse_record(dump_record(record(verdict))).verdicts == (replace(verdict, leaks=()),)
