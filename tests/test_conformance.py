"""合规报告：数目对得上，密钥与本机的路径不出门，手改即作废。"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.conformance import files, report, seal
from support.conformance.command import main
from support.conformance.markdown import render
from support.errors import ConfigError
from tests.reports_sample import RESULTS, results, scenario

KEY = "mmc_dGVuYW50X2FiYzEyM19hZ2VudF94eXo="


def sample(**changes):
    """一份有各种结论、分两个级别的结果。"""
    rows = [
        scenario("HIST-01", "通过", tags=["核心"]),
        scenario("HIST-02", "违反", tags=["核心", "扩展"], reason=f"凭 {KEY} 读到了别家的话"),
        scenario("HIST-03", "跳过", tags=["核心"], reason="目标没有能力“重启”"),
        scenario("HIST-04", "无法判定", tags=["扩展"], reason="日志 /tmp/x/observer.log：没有"),
        scenario("HIST-05", "通过", tags=[]),
    ]
    return results(scenarios=rows, **changes)


def test_levels_are_counted_apart():
    levels = report.build(sample())["levels"]
    assert levels["核心"]["counts"] == {
        "通过": 1, "违反": 0, "已知违反": 0, "无法判定": 0, "跳过": 1
    }  # fmt: skip
    assert levels["核心"]["result"] == "部分符合"
    assert (levels["扩展"]["result"], levels["扩展"]["specs"]) == ("不符合", 3)
    assert levels["核心"]["examined"] == 24


@pytest.mark.parametrize(
    ("verdicts", "result"),
    [
        (["通过"], "符合"),
        (["通过", "跳过"], "部分符合"),
        (["跳过"], "未能证明"),
        (["通过", "无法判定"], "未能证明"),
        (["通过", "已知违反"], "不符合"),
        (["违反", "无法判定"], "不符合"),
        ([], "没有跑"),
    ],
)
def test_a_level_is_only_conformant_when_all_hold(verdicts, result):
    rows = [scenario(f"HIST-0{at}", one, tags=["核心"]) for at, one in enumerate(verdicts)]
    assert report.build(results(scenarios=rows))["levels"]["核心"]["result"] == result


def test_capabilities_are_both_listed():
    listed = report.build(results())["capabilities"]
    assert listed["supported"] == ["密钥期限", "长期记忆"]
    assert "重启" in listed["unsupported"]


def test_a_partial_run_says_so():
    run = {**RESULTS["run"], "mode": "scenarios", "tags": ["@HIST-01"], "interrupted": True}
    told = report.build(results(run=run))["run"]
    assert not told["complete"]
    assert told["gaps"] == [
        "只跑了模式 scenarios", "只跑了选中的标签：@HIST-01", "中途被打断",
        "计划 5 个场景，只跑了 4 个",
    ]  # fmt: skip


def test_each_violation_has_a_command_that_aims_at_the_same_target():
    command = (
        "python -m support --config /home/me/saas.toml --report-dir /tmp/r --output=o.json"
        " --tags '@隔离 and @核心' --workers 4 --server-url ws://10.0.0.8/ws"
    )
    found = report.build(sample(run={**RESULTS["run"], "command": command}))
    assert found["scenarios"][1]["reproduce"] == (
        "python -m support --config saas.toml --server-url ws://10.0.0.8/ws"
        " --tags @HIST-02 --seed 7"
    )
    assert found["reproduce"].endswith("--server-url ws://10.0.0.8/ws --seed 7")


def test_no_key_no_local_path_no_address_leaves_the_house(tmp_path):
    for path in files.write(tmp_path, sample()):
        text = path.read_text("utf-8")
        assert KEY not in text
        assert "/tmp/x" not in text
        assert "40001" not in text, "管理面的地址"
        assert "mmc_…" in text


def test_the_page_tells_every_scenario_and_the_listed_known_ones():
    known = [{"id": "KEY-03", "said": "KEY-03 仍违反（自 2026-11-22：没修）"}]
    text = render(seal.seal(report.build(sample(known=known))))
    for words in (
        "# 合规报告：maispec 参考服务 0.1.0",
        "| 核心 | **部分符合** | 2 | 1 | 0 | 0 | 0 | 1 | 24 |",
        "### HIST-02 两家都有一位小王",
        "| HIST-04 两家都有一位小王 | 扩展 | 日志 （本机路径）：没有 |",
        "| 目标没有能力“重启” | HIST-03 |",
        "| 聊天历史隔离 | HIST-01 HIST-05 |",
        "- KEY-03 仍违反",
        "| HIST-02 机构的麦麦说漏了公司的话 | HIST-02 | 回复 | 1 | 否 |",
        "1 样没能删掉",
        "--tags @HIST-04 --seed 7",
    ):
        assert words in text


def test_hand_edits_void_both_files(tmp_path, capsys):
    paths = files.write(tmp_path, sample())
    words = ["--verify", *map(str, paths)]
    assert main(words) == 0
    for path in paths:
        text = path.read_text("utf-8")
        path.write_text(text.replace("违反", "通过", 1), "utf-8")
        assert main(words) == 1
        assert "作废" in capsys.readouterr().out
        path.write_text(text, "utf-8")
    page = paths[0]
    page.write_text(page.read_text("utf-8") + "\n再补一句\n", "utf-8")
    assert not seal.verify(page)


def test_a_note_beside_the_seal_is_an_edit_too(tmp_path):
    _, data = files.write(tmp_path, sample())
    report = json.loads(data.read_text("utf-8"))
    report["generated"]["note"] = "没有违反"
    data.write_text(json.dumps(report), "utf-8")
    assert not seal.verify(data)


def test_reformatting_is_not_an_edit(tmp_path):
    page, data = files.write(tmp_path, sample())
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    data.write_text(json.dumps(json.loads(data.read_text("utf-8")), sort_keys=True), "utf-8")
    assert seal.verify(page)
    assert seal.verify(data)


@pytest.mark.parametrize("name", ["没有.md", "空.md", "坏.json", "别的.json", "怪.json"])
def test_what_is_no_report_is_named(tmp_path, name):
    for other, text in {"空.md": "# 标题\n", "坏.json": "{", "别的.json": "{}",
                        "怪.json": '{"generated": "sha256"}'}.items():  # fmt: skip
        (tmp_path / other).write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=name):
        seal.verify(tmp_path / name)


def test_the_command_writes_beside_the_run_or_elsewhere(tmp_path, capsys):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "results.json").write_text(json.dumps(sample()), "utf-8")
    assert main([str(folder)]) == 0
    assert (folder / "conformance.md").exists()
    assert main([str(folder / "results.json"), "--output", str(tmp_path / "docs")]) == 0
    assert sorted(path.name for path in (tmp_path / "docs").iterdir()) == [
        "0.1.0-websocket.json",
        "0.1.0-websocket.md",
    ]
    assert "核心：部分符合（通过 1 · 跳过 1）" in capsys.readouterr().out
    with pytest.raises(ConfigError, match=r"没有 results\.json"):
        main([str(tmp_path)])
    with pytest.raises(ConfigError, match="缺少"):
        main([])


def test_the_published_reports_are_untouched_and_name_no_place_on_a_machine(capsys):
    published = sorted(Path("docs/conformance").glob("*-*.md"))
    assert published
    assert main(["--verify", *map(str, published)]) == 0
    for path in published:
        text = path.read_text("utf-8") + path.with_suffix(".json").read_text("utf-8")
        assert not re.search(
            r"(?<![\w.])/(?:tmp|root|home|work)/|sk-maispec|maispec-[0-9a-f]{32}", text
        )
