"""合账与结果：跨进程的越界逃不掉；没跑、没跑全都不算通过；退出码按轻重。"""

from dataclasses import asdict, replace

import pytest

from support import results
from support.ledger import read_events
from support.model import Kind, Outcome, ScenarioRecord, Surface, Verdict
from support.records import dump_record
from support.running.merge import merge, write_ledger
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History, person

SKIPPED = Outcome.SKIPPED


def run(**more):
    facts = {
        "id": "20261122-140000-1", "seed": 7, "mode": "all",
        "started": "2026-11-22T14:00:00+08:00", "duration_s": 2.0, "suite_version": "0.1.0",
        "command": "python -m support",
        "target": {"kind": "内置参考服务", "name": "参考", "version": "1"},
        "transport": "原生 WebSocket", "capabilities": ("管理面",), "planned": 1, "workers": 1,
        "interrupted": False, "startup_s": 0.5, "patience_s": 8.0, "concurrent_users": 3,
        **more,
    }  # fmt: skip
    return results.Run(**facts)


def record(outcome=HELD, spec="HIST-01", *, tags=(), unreachable=False, **more):
    verdicts = () if outcome is SKIPPED else (Verdict(outcome, "结论", 1),)
    scene = (spec, "功能", "规则", "场景", tags, f"features/{spec}.feature:3")
    return ScenarioRecord(
        *scene, outcome, 1.0, **{"verdicts": verdicts, "unreachable": unreachable, **more}
    )


def leaky():
    """教育机构看见科技公司的一句话。"""
    history = History()
    history.heard(history.answered(EDU), history.said(TECH, "发布会在周三"))
    return history


def code(records, events=(), **facts):
    facts.setdefault("planned", len(records))
    return results.exit_code(results.build(run(**facts), records, events), records)


# ---- 退出码 ----------------------------------------------------------------------

CASES = {
    "全部通过": ([record()], 0),
    "跳过一部分": ([record(), record(SKIPPED)], 0),
    "有无法判定": ([record(), record(INCONCLUSIVE)], 3),
    "有连不上": ([record(INCONCLUSIVE), record(INCONCLUSIVE, unreachable=True)], 4),
    "有违反": ([record(INCONCLUSIVE, unreachable=True), record(VIOLATED)], 1),
}


@pytest.mark.parametrize("case", CASES)
def test_exit_code_takes_the_worst(case):
    records, expected = CASES[case]
    assert code(records) == expected
    assert code(records, interrupted=True) == 130
    assert code(records, leaky().events) == 1, "没有哪个场景变红，越界也是违反"


@pytest.mark.parametrize(
    ("records", "planned", "reason"),
    [
        ([], 0, "一个场景也没有跑"),
        ([], 3, "一个场景也没有跑"),
        ([record(SKIPPED), record(SKIPPED)], 2, "一个场景也没有跑"),
        ([record()], 3, "计划 3 个场景，有结论的是 1 个"),
    ],
)
def test_a_run_that_did_not_happen_is_never_ok(records, planned, reason):
    outcome = results.build(run(planned=planned), records, [])
    assert results.exit_code(outcome, records) == 3
    assert (outcome["run"]["valid"], outcome["run"]["invalid_reasons"]) == (False, [reason])
    assert reason in outcome["notes"]
    assert code(records, planned=planned, interrupted=True) == 130


# ---- 合账 ------------------------------------------------------------------------


@pytest.fixture
def workers(tmp_path):
    """两个进程：0 号里科技公司说话，1 号里教育机构的提示词出现了这句话。"""
    told = History(tmp_path / "0" / "ledger.jsonl", nonce="零号")
    token = told.answered(TECH, "发布会在周三")
    overheard = History(tmp_path / "1" / "ledger.jsonl", nonce="一号", scenario="HIST-02#1")
    stranger = person("教育机构", scenario="HIST-02#1")
    seen = overheard.prompted(overheard.said(stranger), token)
    cited = Verdict(HELD, "好", 1, (seen,))
    for name, history, verdicts in (("0", told, ()), ("1", overheard, (cited,))):
        history.ledger.close()
        line = dump_record(record(spec=f"HIST-0{int(name) + 1}", verdicts=verdicts))
        (tmp_path / name / "scenarios.jsonl").write_text(line + "\n", "utf-8")
    return tmp_path / "0", tmp_path / "1"


def test_a_leak_across_workers_is_found_only_after_merging(workers):
    for folder in workers:
        alone, records = merge([folder])
        assert code(records, alone) == 0
    events, records = merge(workers)
    assert code(records, events) == 1
    [finding] = results.build(run(planned=2), records, events)["findings"]
    assert (finding["owner"], finding["observer"]) == ("科技公司/小王", "教育机构/小王")
    assert (finding["property"], finding["surface"]) == ("P1", "提示词")
    assert finding["scenario"] == "HIST-02"
    assert finding["evidence"].startswith("#0006 ")


def test_merging_renumbers_events_and_their_evidence(workers):
    events, records = merge(workers)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    [seq] = records[1].verdicts[0].evidence
    cited = events[seq - 1]
    assert (cited.kind, cited.by.tenant_name) == (Kind.PROMPT, "教育机构")


def test_crashed_workers_count_as_far_as_they_got(workers, tmp_path):
    (tmp_path / "空").mkdir()
    with (workers[0] / "ledger.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"seq":99,"ki')
    (workers[1] / "scenarios.jsonl").unlink()
    events, records = merge([*workers, tmp_path / "空"])
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [one.id for one in records] == ["HIST-01"]
    assert merge([]) == ([], [])


def test_the_merged_ledger_reads_back(workers, tmp_path):
    events, _ = merge(workers)
    write_ledger(tmp_path / "合.jsonl", events)
    assert list(read_events(tmp_path / "合.jsonl")) == events


# ---- 内容 ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "surface", "letter"),
    [
        ({"tenant": EDU.tenant}, Surface.REPLY, "P5"),
        ({"tenant": EDU.tenant, "agent": "别的", "chat": "c"}, Surface.PROMPT, "P1"),
        ({"tenant": EDU.tenant}, Surface.BODY, "P1"),
        ({"agent": "售后", "platform": "wechat"}, Surface.REPLY, "P2"),
        ({"platform": "wechat", "chat": "c"}, Surface.REPLY, "P4"),
        ({"chat": "group:g1"}, Surface.REPLY, "P3"),
    ],
)
def test_findings_name_the_broken_property(change, surface, letter):
    history = History()
    history.saw(replace(TECH, **change), surface, history.said(TECH))
    [finding] = results.build(run(), [record()], history.events)["findings"]
    assert (finding["property"], finding["surface"]) == (letter, surface.value)


def test_every_outcome_is_counted():
    records = [record(HELD), record(HELD), record(VIOLATED), record(INCONCLUSIVE), record(SKIPPED)]
    outcome = results.build(run(planned=5), records, [])
    assert outcome["totals"] == {
        "通过": 2, "违反": 1, "已知违反": 0, "无法判定": 1, "跳过": 1
    }  # fmt: skip
    assert (outcome["run"]["ran"], outcome["run"]["skipped"]) == (4, 1)


def test_a_violation_carries_its_evidence_and_how_to_reproduce_it():
    history = History()
    history.answered(TECH)
    verdicts = (
        Verdict(HELD, "好", 4),
        Verdict(VIOLATED, "坏", 3, (2,), expected="甲", actual="乙"),
    )
    outcome = results.build(
        run(seed=7), [record(VIOLATED, verdicts=verdicts, events=9)], history.events
    )
    [scenario] = outcome["scenarios"]
    assert scenario["evidence"] == {"examined": 7, "events": 9}
    assert scenario["reproduce"] == "python -m behave features/HIST-01.feature:3 -D seed=7"
    [violation] = scenario["violations"]
    assert (violation["claim"], violation["expected"], violation["actual"]) == ("坏", "甲", "乙")
    assert violation["evidence"][0].startswith("#0002 ")


def test_conversations_tell_where_their_words_came_from():
    history = History(scenario="CONV-02#4")
    for user, source in (("小王", "模板"), ("小王", "大模型"), ("小雨", "模板")):
        history.answered(replace(TECH, user=user), scene="技术讨论群", source=source)
        history.wait(2)
    history.said(EDU, scene="一对一教学", source="模板")
    history.answered(TECH, "配置之外的话")
    records = [record(spec="CONV-02", tags=("对话", "并发"))]
    outcome = results.build(run(), records, history.events)
    first, second = outcome["conversations"]
    assert first == {
        "scenario": "技术讨论群", "spec": "CONV-02", "tenant": "科技公司", "agent": "助手",
        "platform": "qq", "users": 2, "sent": 3, "received": 3, "success_rate": 1.0,
        "duration_s": 4.0, "sources": {"模板": 2, "大模型": 1},
    }  # fmt: skip
    assert (second["sent"], second["received"], second["success_rate"]) == (1, 0, 0.0)
    assert (outcome["load"]["sent"], outcome["load"]["received"]) == (5, 4)
    assert outcome["load"]["messages_per_s"] == pytest.approx(4 / 6)
    assert results.build(run(), [record(spec="CONV-02")], history.events)["load"] is None


def test_the_accounts_and_leftovers_come_from_the_ledger():
    history = leaky()
    history.ledger.add(Kind.LEFTOVER, resource="tenants", id="t1", reason="服务不肯删除")
    outcome = results.build(run(notes=("提醒",)), [record()], history.events)
    assert {one["tenant"]: (one["sent"], one["foreign"]) for one in outcome["tenants"]} == {
        "教育机构": (1, 1),
        "科技公司": (1, 0),
    }
    assert outcome["leftovers"] == [{"resource": "tenants", "id": "t1", "reason": "服务不肯删除"}]
    assert outcome["notes"] == ["提醒"]
    assert outcome["run"]["messages_per_s"] == 0.5
    assert set(asdict(run())) - {"notes", "known"} <= set(outcome["run"])
