"""对比：对得齐、不同的在最前、没有跑的不算通过、版本不同要说。"""

from __future__ import annotations

import json
import re

import pytest

from support.compare.command import main
from support.compare.table import compare
from support.conformance import files, report, seal
from support.disclosure import TAG
from support.errors import ConfigError
from support.reports.html import comparison
from tests.reports_sample import EVIL, RESULTS, assert_harmless, hostile, results, scenario


def made(name, verdicts, *, version="1.0", transport="原生 WebSocket", suite="0.1.0", **run):
    """一个目标的结果；`verdicts` 是 编号 → 各行的结论。"""
    target = {**RESULTS["run"]["target"], "name": name, "version": version}
    head = {
        **RESULTS["run"], "id": f"{name}-{version}-{transport}", "target": target,
        "transport": transport, "suite_version": suite, "valid": True, "invalid_reasons": [],
        **run,
    }  # fmt: skip
    rows = [
        scenario(spec, one, tags=["核心", TAG] if spec.startswith("KEY") else ["核心"],
                 reason="" if one == "通过" else f"{name}：{one}",
                 feature="密钥" if spec.startswith("KEY") else "历史")
        for spec, words in verdicts.items()
        for one in words.split()
    ]  # fmt: skip
    return results(run=head, scenarios=rows)


GOOD = made(
    "参考", {"HIST-01": "通过", "HIST-02": "通过 通过", "HIST-03": "通过", "KEY-01": "通过"}
)
BAD = made(
    "写错的",
    {
        "HIST-01": "违反",
        "HIST-02": "通过 违反",
        "HIST-03": "跳过",
        "KEY-01": "通过",
        "KEY-02": "已知违反",
    },
)


def rows(*outcomes):
    found = compare([report.build(one) for one in outcomes])
    return found, {row["id"]: row for row in found["rows"]}


def test_verdicts_line_up_by_specification():
    found, by_id = rows(GOOD, BAD)
    shown = {spec: [cell["shown"] for cell in row["cells"]] for spec, row in by_id.items()}
    assert shown == {
        "HIST-01": ["通过", "违反"],
        "HIST-02": ["通过", "违反 1/2"],
        "HIST-03": ["通过", "跳过"],
        "KEY-01": ["通过", "通过"],
        "KEY-02": ["没有跑", "已知违反"],
    }
    assert {spec: row["kind"] for spec, row in by_id.items()} == {
        "HIST-01": "结论不同", "HIST-02": "结论不同", "HIST-03": "有的没有判",
        "KEY-01": "结论相同", "KEY-02": "结论不同",
    }  # fmt: skip
    assert found["totals"] == {"结论不同": 3, "有的没有判": 1, "结论相同": 1}
    assert [row["feature"] for row in found["rows"]] == ["历史"] * 3 + ["密钥"] * 2


def test_counts_are_of_specifications_and_say_what_was_not_run():
    found, _ = rows(GOOD, BAD)
    assert found["targets"][0]["counts"]["核心"] == {
        "通过": 4, "违反": 0, "已知违反": 0, "无法判定": 0, "跳过": 0, "没有跑": 1
    }  # fmt: skip
    assert found["targets"][1]["results"]["核心"] == "不符合"


@pytest.mark.parametrize(
    ("other", "labels"),
    [
        (made("乙", {}), ["甲 1.0", "乙 1.0"]),
        (made("甲", {}, version="2.0"), ["甲 1.0", "甲 2.0"]),
        (made("甲", {}, transport="旧版"), ["甲 1.0 · 原生 WebSocket", "甲 1.0 · 旧版"]),
        (made("甲", {}, id="第二次"), ["甲 1.0 · 甲-1.0-原生 WebSocket", "甲 1.0 · 第二次"]),
    ],
)
def test_columns_are_named_as_briefly_as_tells_them_apart(other, labels):
    found, _ = rows(made("甲", {}), other)
    assert [one["label"] for one in found["targets"]] == labels


def test_different_suites_and_incomplete_runs_are_said():
    found, _ = rows(GOOD, made("旧", {"HIST-01": "通过"}, suite="0.0.9", tags=["@HIST-01"]))
    assert "套件版本不同" in found["notes"][0]
    assert "旧 1.0 用套件 0.0.9" in found["notes"][0]
    assert found["notes"][1] == "旧 1.0 不完整：只跑了选中的标签：@HIST-01"
    assert rows(GOOD, BAD)[0]["notes"] == []


def test_the_page_stands_alone_with_differences_on_top():
    found, _ = rows(GOOD, BAD)
    page = comparison.page(found)
    assert not re.search(r"<script|<link|src=|https?://", page)
    assert (
        page.index("结论不同的 3 条") < page.index("有的没有判的 1 条") < page.index("结论相同的")
    )
    assert page.index("HIST-01") < page.index("<details")
    assert "写错的：违反" in page
    sly = made("<b>坏</b>", {"HIST-01": "违反"})
    assert "<b>坏" not in comparison.page(rows(GOOD, sly)[0])


# ---- 命令 ------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path):
    for name, outcome in (("甲", GOOD), ("乙", BAD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_text(json.dumps(outcome), "utf-8")
    return tmp_path


@pytest.mark.parametrize("word", ["违反", EVIL])
def test_whatever_a_report_says_is_only_text_on_the_page(word):
    found = hostile(rows(GOOD, BAD)[0], keep=("totals", "kind", "counts", "results"))
    for row, target in zip(found["rows"], found["targets"] * 9, strict=False):
        row["cells"][0]["verdict"] = word
        target["results"] = hostile(target["results"])
        target["counts"]["核心"][EVIL] = 1
    page = comparison.page(found)
    shown = ("HIST-01", "核心", "写错的：违反", "历史", "原生 WebSocket", "0.1.0", "写错的 1.0")
    assert_harmless(page, *shown)


def test_folders_results_and_conformance_files_may_be_mixed(folders, capsys):
    files.write(folders, BAD, "公开")
    words = [str(folders / "甲" / "results.json"), str(folders / "公开.json")]
    where = ["--json", str(folders / "c.json"), "--html", str(folders / "c.html")]
    assert main([*words, *where, "--into", str(folders / "甲")]) == 0
    out = capsys.readouterr().out
    for told in ("写错的 1.0", "违反 1/2", "结论不同 3 · 有的没有判 1 · 结论相同 1"):
        assert told in out
    assert json.loads((folders / "c.json").read_text("utf-8"))["totals"]["结论不同"] == 3
    page = (folders / "c.html").read_text("utf-8")
    assert comparison.attached(folders / "甲") == page
    assert comparison.attached(folders / "乙") is None


def test_wrong_files_are_named(folders):
    (folders / "空").mkdir()
    (folders / "变异").mkdir()
    (folders / "变异" / "mutants.json").write_text("{}", "utf-8")
    (folders / "文字.txt").write_text("你好", "utf-8")
    [_, data] = files.write(folders, GOOD, "改过")
    data.write_text(data.read_text("utf-8").replace("参考", "别的"), "utf-8")
    for bad, said in (
        ("空", "没有 results.json"), ("变异", "变异检验"), ("文字.txt", "不是 JSON"),
        ("不在", "读不了"), ("改过.json", "校验不符"), ("甲", "同一次运行"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=said) as caught:
            main([str(folders / "甲"), str(folders / bad)])
        assert bad in str(caught.value)
    with pytest.raises(ConfigError, match="至少两个"):
        main([str(folders / "甲")])


def test_results_of_before_are_still_read():
    old = made("旧", {"HIST-01": "通过"})
    assert "known" not in old
    assert seal.is_intact(seal.seal(report.build(old)))
