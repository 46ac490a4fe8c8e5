"""已知违反：写明了不算新的，消失了要喊，盖不住别的。"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support import results
from support.config import DEFAULT_CONFIG, load_config
from support.errors import ConfigError
from support.known import refuse_unknown
from support.model import Kind, Known, Outcome, Verdict
from support.records import Scene, conclude, dump_record, parse_record
from support.reports.junit import write_junit
from support.reports.text.run import render_text
from support.reports.wording import explain
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History
from tests.runs import deployment
from tests.runs import run as run_suite
from tests.test_results import run

KNOWN = Known("HIST-01", "2026-11-22", "上游还没修", "https://example.org/1")
SKIPPED = Outcome.SKIPPED
TEXT = DEFAULT_CONFIG.read_text("utf-8")


def record(outcome, *, known=KNOWN, spec="HIST-01", name="两位小王", line=7):
    scene = Scene(spec, "聊天历史", "只有自己记得", name, ("核心",), f"a.feature:{line}")
    verdicts = [] if outcome is SKIPPED else [Verdict(outcome, "结论", 1)]
    times = {"duration_s": 1.0, "setup_s": 0.0, "teardown_s": 0.0, "events": 3}
    skipped = "没有能力" if outcome is SKIPPED else ""
    return conclude(scene, errors=(), verdicts=verdicts, skipped=skipped, known=known, **times)


def built(*records, events=(), known=(KNOWN,)):
    outcome = results.build(run(planned=len(records), known=known), records, events)
    return outcome, results.exit_code(outcome, records)


def tolerant(outcome):
    """补上 render_text 要而 tests.test_results.run 没给的地址。"""
    outcome["run"]["target"] |= {"control_url": "", "server_url": ""}
    return outcome


# ---- 结论与退出码 ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "verdict", "state", "code"),
    [
        (VIOLATED, "已知违反", "仍违反", 0),
        (HELD, "通过", "消失了", 1),
        (INCONCLUSIVE, "无法判定", "无法判定", 3),
        (SKIPPED, "跳过", "跳过", 0),
    ],
)
def test_only_a_violation_becomes_known(outcome, verdict, state, code):
    other = record(HELD, known=None, spec="HIST-02")
    found, exit_code = built(record(outcome), other)
    assert found["scenarios"][0]["verdict"] == verdict
    assert [one["state"] for one in found["known"]] == [state]
    assert exit_code == code
    assert f"HIST-01 {'现在通过' if state == '消失了' else ''}" in found["known"][0]["said"]


def test_a_known_one_is_counted_apart_and_hides_nothing_new():
    found, code = built(record(VIOLATED), record(VIOLATED, known=None, spec="HIST-02"))
    assert (found["totals"]["已知违反"], found["totals"]["违反"], code) == (1, 1, 1)
    found, code = built(record(VIOLATED), record(INCONCLUSIVE, known=None, spec="HIST-02"))
    assert code == 3


def test_a_known_one_that_was_not_run_is_said():
    found, code = built(record(HELD, known=None, spec="HIST-02"))
    assert (found["known"][0]["state"], code) == ("没有跑到", 0)
    assert "没有跑到" in render_text(tolerant(found))


def test_a_leak_elsewhere_is_new():
    history = History(scenario="HIST-01#1")
    history.ledger.add(Kind.BEGAN, location="a.feature:7")
    history.heard(history.answered(EDU), history.said(TECH, "发布会在周三"))
    _, code = built(record(VIOLATED), events=history.events)
    assert code == 0, "已知违反的场景里的越界就是它"
    elsewhere = [
        replace(event, scenario="HIST-02#2") if event.kind is not Kind.BEGAN else event
        for event in history.events
    ]
    found, code = built(record(VIOLATED), events=elsewhere)
    assert ([one["known"] for one in found["findings"]], code) == ([False], 1)


def test_one_entry_speaks_for_all_rows_of_a_specification():
    rows = [record(VIOLATED, name="群号相同"), record(HELD, name="用户编号相同", line=8)]
    found, code = built(*rows)
    assert (found["known"][0]["state"], code) == ("仍违反", 0)
    assert found["known"][0]["scenarios"] == ["群号相同", "用户编号相同"]


def test_rows_narrow_an_entry_to_those_rows():
    narrow = replace(KNOWN, rows=("群号",))
    config = replace(load_config(DEFAULT_CONFIG), known=(narrow,))
    assert config.known_for("HIST-01", "两家的群号相同 -- @1.2 ") is narrow
    assert config.known_for("HIST-01", "两家的用户编号相同 -- @1.1 ") is None
    assert config.known_for("HIST-02", "两家的群号相同") is None
    rows = [
        record(VIOLATED, known=narrow, name="群号相同"),
        record(VIOLATED, known=None, name="用户编号相同", line=8),
    ]
    found, code = built(*rows, known=(narrow,))
    assert ([one["verdict"] for one in found["scenarios"]], code) == (["已知违反", "违反"], 1)


def test_records_keep_what_was_known():
    for one in (record(VIOLATED), record(HELD), record(HELD, known=None)):
        assert parse_record(dump_record(one)) == one
    old = json.loads(dump_record(record(HELD, known=None)))
    old.pop("known")
    assert parse_record(json.dumps(old)).known is None, "以前的记录没有这一项"


# ---- 各种报告 --------------------------------------------------------------------


def test_every_report_shows_it(tmp_path):
    found, _ = built(record(VIOLATED), record(HELD, known=None, spec="HIST-02"))
    text = render_text(tolerant(found))
    for words in ("=== 已知违反 ===", "[已知违反] HIST-01", "自 2026-11-22：上游还没修",
                  "https://example.org/1", "通过 1 · 违反 0 · 已知违反 1"):  # fmt: skip
        assert words in text
    write_junit(found, tmp_path)
    [path] = tmp_path.iterdir()
    suite = ElementTree.parse(path).getroot()
    assert (suite.get("failures"), suite.get("skipped"), suite.get("tests")) == ("0", "1", "2")
    assert suite.find("testcase/skipped").get("type") == "已知违反"
    assert explain(record(VIOLATED)).startswith("已知违反（自 2026-11-22：上游还没修）\nhttps://")


def test_a_vanished_one_is_a_failure_in_every_report(tmp_path):
    found, _ = built(record(HELD))
    assert "已知违反消失了：HIST-01" in render_text(tolerant(found))
    write_junit(found, tmp_path)
    [path] = tmp_path.iterdir()
    failure = ElementTree.parse(path).getroot().find("testcase/failure")
    assert "请从配置里删掉" in failure.get("message")


# ---- 配置 ------------------------------------------------------------------------


def configured(tmp_path: Path, entry: str):
    path = tmp_path / "mine.toml"
    path.write_text(f"{TEXT}\n[[known]]\n{entry}\n", "utf-8")
    return load_config(path)


@pytest.mark.parametrize("since", ["2026-11-22", '"2026-11-22"'])
def test_a_day_may_be_written_both_ways(tmp_path, since):
    config = configured(tmp_path, f'id = "HIST-01"\nsince = {since}\nreason = "没修"')
    assert config.known == (Known("HIST-01", "2026-11-22", "没修"),)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('id = "HIST-01"\nsince = 2026-11-22', ["[[known]] 第 1 个 .reason", "缺少"]),
        ('id = "HIST-01"\nreason = "x"', [".since", "缺少", "2026-11-22"]),
        ('id = "HIST-01"\nsince = "昨天"\nreason = "x"', [".since", "昨天", "年-月-日"]),
        ('id = "HIST-01"\nsince = "2026-13-01"\nreason = "x"', [".since", "2026-13-01"]),
        ('id = "HIST-01"\nsince = 2026-11-22T10:00:00\nreason = "x"', [".since", "日期"]),
        ('id = "A-1"\nsince = 2026-11-22\nreason = "x"\nlnik = "y"', ["是不是想写 link"]),
        ('id = "A-1"\nsince = 2026-11-22\nreason = "x"\nlink = "看群里"', [".link", "看群里"]),
        (
            'id = "A-1"\nsince = 2026-11-22\nreason = "x"\n'
            '[[known]]\nid = "A-1"\nsince = 2026-11-23\nreason = "y"\nrows = ["甲"]',
            ["[[known]] 第 2 个 .id", "第 1 个已经说过"],
        ),
    ],
)
def test_a_mistake_is_named(tmp_path, entry, said):
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, entry)
    for words in ("mine.toml", "改法：", *said):
        assert words in str(caught.value).replace("个 已经", "个已经")


def test_an_id_nobody_wrote_is_refused():
    scenes = [Scene("HIST-01", "", "", "两家的群号相同", (), "a:1")]
    refuse_unknown(Path("a.toml"), [KNOWN], scenes)
    with pytest.raises(ConfigError, match=r"(?s)第 1 个 \.id.*HIST-10.*例如 HIST-01"):
        refuse_unknown(Path("a.toml"), [replace(KNOWN, id="HIST-10")], scenes)
    with pytest.raises(ConfigError, match=r"(?s)第 1 个 \.rows.*平台.*两家的群号相同"):
        refuse_unknown(Path("a.toml"), [replace(KNOWN, rows=("平台",))], scenes)


# ---- 从头到尾 --------------------------------------------------------------------


@pytest.mark.long
def test_a_vanished_entry_fails_a_green_run(tmp_path):
    path = tmp_path / "mine.toml"
    entry = '[[known]]\nid = "HIST-01"\nsince = 2026-11-22\nreason = "以前串过"\n'
    path.write_text(f"{TEXT}\n{entry}", "utf-8")
    options = ("--config", str(path), "--workers", "1", "--tags", "@HIST-01 or @HIST-02")
    done = run_suite(tmp_path / "r", *options)
    assert done.code == 1, done.output
    assert "已知违反消失了：HIST-01" in done.output
    red = [
        json.loads(one.read_text("utf-8"))["statusDetails"]["message"]
        for one in (done.folder / "allure-results").glob("*-result.json")
        if json.loads(one.read_text("utf-8"))["status"] == "failed"
    ]
    assert len(red) == 1
    assert red[0].startswith("已知违反消失了：HIST-01")


@pytest.fixture
def faulty(tmp_path):
    """一台历史按群号记的参考服务，当作别人的部署；给出对着它的配置正文。"""
    with deployment(tmp_path, "history_by_group_number") as text:
        yield text


@pytest.mark.long
def test_a_deployment_whose_violations_are_all_listed_is_not_red(tmp_path, faulty):
    path = tmp_path / "live.toml"
    listed = '\n[[known]]\nid = "{}"\nsince = 2026-11-22\nreason = "历史按群号记"\n'
    path.write_text(faulty + listed.format("HIST-01") + listed.format("HIST-02"), "utf-8")
    options = ("--config", str(path), "--workers", "1", "--tags", "@HIST-01 or @KEY-01")
    done = run_suite(tmp_path / "r", *options)
    assert done.code == 0, done.output
    assert done.verdicts("HIST-01") == {"已知违反"}
    assert "HIST-02 这次没有跑到" in done.output
    assert "已知，自 2026-11-22：历史按群号记" in done.output
    page = (done.folder / "conformance.md").read_text("utf-8")
    assert "| 核心 | **不符合** |" in page, "写明了不等于符合"
    assert f"-D config={path}" in done.results["scenarios"][-1]["reproduce"]
