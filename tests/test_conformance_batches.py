"""分批跑的合成一份：不挑好的、不混别人、缺了谁说出来。"""

from __future__ import annotations

import json

import pytest

from support.conformance import report, seal
from support.conformance.batches import combine
from support.conformance.command import main
from support.conformance.markdown import render
from support.errors import ConfigError
from support.records import Scene
from tests.reports_sample import RESULTS, results, scenario

SAME = {"valid": True, "invalid_reasons": [], "planned": 2, "ran": 2}


def batch(number: int, *rows, **changes):
    """第几批；越往后开始得越晚。"""
    run = {
        **RESULTS["run"], **SAME, "id": f"批{number}", "tags": [f"@甲{number}"],
        "started": f"2026-11-22T14:0{number}:00+08:00", "duration_s": 10.0,
        "command": f"python -m support --config /home/me/saas.toml --tags @甲{number} --seed 7",
        **changes,
    }  # fmt: skip
    return results(run=run, scenarios=list(rows), findings=[], leftovers=[], known=[])


def scenes(*ids: str) -> list[Scene]:
    """整套规格。"""
    return [
        Scene(
            id=one, feature="f", rule="", name="两家都有一位小王", tags=(), location="f.feature:1"
        )
        for one in ids
    ]


def verdicts(found) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in found["scenarios"]}


def test_each_scenario_comes_from_the_batch_that_judged_it():
    parts = [
        batch(2, scenario("HIST-01", "跳过"), scenario("HIST-02", "违反")),
        batch(1, scenario("HIST-01", "通过"), scenario("HIST-03", "跳过")),
    ]
    found = combine(parts, scenes("HIST-01", "HIST-02", "HIST-03"))
    assert verdicts(found) == {"HIST-01": "通过", "HIST-02": "违反", "HIST-03": "跳过"}
    run = report.build(found)["run"]
    assert (run["planned"], run["ran"], run["duration_s"]) == (3, 2, 20.0)
    assert run["complete"]
    assert run["contradictions"] == []


@pytest.mark.parametrize(
    ("one", "other", "worst"),
    [
        ("通过", "违反", "违反"),
        ("无法判定", "通过", "无法判定"),
        ("无法判定", "违反", "违反"),
        ("已知违反", "通过", "已知违反"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_two_opinions_are_told_and_the_worse_is_kept(one, other, worst, turned):
    pair = (other, one) if turned else (one, other)
    parts = [batch(at, scenario("HIST-01", said)) for at, said in enumerate(pair, 1)]
    found = combine(parts, scenes("HIST-01"))
    assert verdicts(found) == {"HIST-01": worst}
    assert found["run"]["contradictions"] == [
        {
            "id": "HIST-01",
            "name": "两家都有一位小王",
            "verdicts": {"批1": pair[0], "批2": pair[1]},
        }
    ]
    page = render(seal.seal(report.build(found)))
    assert f"| HIST-01 两家都有一位小王 | 批1：{pair[0]}；批2：{pair[1]} |" in page


def test_what_no_batch_chose_makes_the_report_incomplete():
    parts = [batch(1, scenario("HIST-01", "通过")), batch(2, scenario("HIST-02", "通过"))]
    run = report.build(combine(parts, scenes("HIST-01", "HIST-02", "KEY-09")))["run"]
    assert not run["complete"]
    assert run["gaps"] == ["整套规格里还有 1 个场景哪一批都没有选到：KEY-09"]
    assert run["planned"] == 3


def test_troubles_of_one_batch_are_troubles_of_all():
    parts = [
        batch(1, scenario("HIST-01", "通过"), interrupted=True),
        batch(2, scenario("HIST-02", "通过"), invalid_reasons=["计划 2 个场景，只跑了 1 个"]),
        batch(3, scenario("HIST-03", "跳过"), invalid_reasons=["一个场景也没有跑"], ran=0),
    ]
    run = report.build(combine(parts, scenes("HIST-01", "HIST-02", "HIST-03")))["run"]
    assert run["gaps"] == ["中途被打断", "批2：计划 2 个场景，只跑了 1 个"]


def test_leaks_leftovers_and_known_ones_of_every_batch_are_kept():
    leak = {
        "scenario": "HIST-01 甲", "property": "P1", "surface": "回复", "known": False,
        "evidence": "#1",
    }  # fmt: skip
    parts = [batch(1, scenario("HIST-01", "通过")), batch(2, scenario("HIST-02", "违反"))]
    known = {"id": "KEY-03", "rows": [], "said": "KEY-03 …"}
    parts[0]["known"] = [{**known, "state": "没有跑到"}]
    parts[1] |= {"findings": [leak], "known": [{**known, "state": "仍违反"}]}
    parts[1]["leftovers"] = [{"resource": "tenants", "id": "t", "reason": "超时"}]
    found = report.build(combine(parts, scenes()))
    assert (found["leaks"][0]["count"], found["leftovers"]) == (1, 1)
    assert [one["state"] for one in found["known"]] == ["仍违反"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 8}, "种子"),
        ({"suite_version": "9"}, "套件版本"),
        ({"capabilities": ["重启"]}, "能力"),
        ({"transport": "socketio"}, "传输"),
        ({"target": {**RESULTS["run"]["target"], "version": "2"}}, "目标版本"),
        ({"id": "批1"}, "同一次运行给了两遍"),
    ],
)
def test_strangers_are_refused(change, said):
    parts = [batch(1, scenario("HIST-01", "通过")), batch(2, scenario("HIST-02", "通过"), **change)]
    with pytest.raises(ConfigError, match=said):
        combine(parts, scenes())


def test_the_command_takes_several_runs(tmp_path, capsys):
    runs = []
    for at in (1, 2):
        folder = tmp_path / f"run{at}"
        folder.mkdir()
        one = batch(at, scenario(f"HIST-0{at}", "通过", tags=["核心"]))
        (folder / "results.json").write_text(json.dumps(one), "utf-8")
        runs.append(str(folder))
    with pytest.raises(ConfigError, match="--output"):
        main(runs)
    assert main([*runs, "--output", str(tmp_path / "docs"), "--name", "saas"]) == 0
    assert "核心：符合（通过 2）" in capsys.readouterr().out
    page = (tmp_path / "docs/saas.md").read_text("utf-8")
    assert "| 批1 | 2026-11-22T14:01:00+08:00 | 10 秒 | 2 | 2 | @甲1 |" in page
    assert "python -m support --config saas.toml --tags '@甲2' --seed 7" in page
    assert "哪一批都没有选到" in page, "内置的规格比这两条多"
    assert main(["--verify", str(tmp_path / "docs/saas.md"), str(tmp_path / "docs/saas.json")]) == 0
