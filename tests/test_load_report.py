"""压测的报告：文字与网页写得全、写不坏；没有样本、被打断也出得来；Allure 的状态照抄结论。"""

from __future__ import annotations

import copy
import json
import re
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from support.reports.allure import load as allure
from support.reports.facts.load import conclusions
from support.reports.facts.series import moments, span, sparkline
from support.reports.html.charts import exact, straight
from support.reports.html.load import page
from support.reports.html.load_charts import percentiles
from support.reports.text.load import render_text
from support.running.rejudge import rejudge
from tests.load_sample import results
from tests.reports_sample import EVIL as SLY
from tests.reports_sample import assert_harmless, hostile

EVIL = '<script>alert(1)</script>&"[/b][red]'


def empty() -> dict:
    reasons = ["一句话也没有说出口"]
    made = results(
        verdict="无法判定", totals={"latency": None, "samples": 0}, replies_per_s=0.0, tenants=[],
        scenarios=[], platforms=[], curves={"全部": []}, seconds=[], notes=reasons,
        thresholds=[{"text": "p99 < 2 s", "verdict": "无法判定", "actual": "没有样本"}],
        scan={"scanned": 0, "unplaced": 0},
    )  # fmt: skip
    made["run"].update(interrupted=True, valid=False, invalid_reasons=reasons)
    return made


def leaking() -> dict:
    made = results(
        verdict="违反",
        findings=[{
            "property": "P5", "owner": EVIL, "observer": "教育机构/甲", "surface": "回复",
            "times": 3, "evidence": f"原文 {EVIL}",
        }],
    )  # fmt: skip
    made["totals"]["foreign"] = 3
    made["tenants"][0]["tenant"] = EVIL
    made["curves"][EVIL] = made["curves"]["科技公司"]
    return made


def pictures(html: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html)]


def test_the_text_fits_a_hundred_columns_and_folds_columns_that_are_all_zero():
    text = render_text(results())
    assert max(cell_len(line) for line in text.splitlines()) <= 100
    assert "处处都是 0：丢失、拒绝、重复、越界、迟到、乱序、错误" in text
    assert "丢失 " not in text.split("处处都是 0")[0]
    assert "通过  p99 < 2 s（实测 200.0 毫秒）" in text


def test_a_column_appears_as_soon_as_one_row_is_not_zero():
    made = results()
    made["tenants"][1]["lost"] = 4
    text = render_text(made)
    assert "处处都是 0：拒绝" in text
    row = next(line for line in text.splitlines() if line.strip().startswith("教育机构"))
    assert row.split() == ["教育机构", "40", "40", "40", "4"]


def test_chinese_columns_line_up():
    lines = render_text(results()).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("每个租户的句数"))
    head, *rows = (line for line in lines[start + 1 : start + 7] if line.strip("─ "))
    assert {cell_len(line) for line in rows[:2]} == {cell_len(head)}


def test_names_are_shown_as_they_are_in_the_text():
    assert "[/b][red]" in render_text(leaking())


def test_the_page_escapes_names_and_evidence_and_shows_the_finding():
    html = page(leaking())
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4
    assert "越界 3 次" in html


@pytest.mark.parametrize("made", [results(), leaking(), empty()], ids=["通过", "越界", "空"])
def test_the_page_is_self_contained(made):
    html = page(made)
    assert not re.search(r"<(script|link|img|iframe|object|embed)\b|@import|url\(|\bon\w+=", html)
    assert "://" not in html.replace("ws://127.0.0.1:1", "")


def test_four_pictures_are_drawn_with_numbers_under_the_mouse():
    drawn = pictures(page(results()))
    assert [one.get("aria-label") for one in drawn] == [
        "延迟随时间", "吞吐随时间", "分位数曲线", "各家租户的延迟",
    ]  # fmt: skip
    titles = [one.text for one in drawn[1].iter("title")]
    assert titles[3] == "第 3 秒：该说 20 句，答了 21 句；p50 10.0、p99 60.0 毫秒"


def test_a_second_without_samples_breaks_the_line():
    made = results()
    made["seconds"][2].update(p50=0.0, p99=0.0)
    path = pictures(page(made))[0].find("path").get("d")
    assert path.count("M") == 2


def test_the_percentile_curve_stops_where_the_samples_stop():
    made = results()
    made["totals"]["samples"] = 1000
    drawn = ElementTree.fromstring(percentiles(made))
    labels = [one.text for one in drawn.iter("text")]
    assert "99.9 %" in labels
    assert "99.99 %" not in labels


def test_an_interrupted_run_says_so_everywhere():
    made = results()
    made["run"]["interrupted"] = True
    assert "被打断" in render_text(made)
    assert "被打断" in page(made)
    assert next(conclusions(made)).verdict == "无法判定"


def test_an_empty_run_renders_and_nothing_in_it_passes():
    made = empty()
    assert "一句话也没有说出口" in render_text(made)
    assert page(made).count("没有样本，画不出来") == 4
    assert {item.verdict.value for item in conclusions(made)} == {"无法判定"}


def test_loss_is_said_next_to_the_latency_it_is_missing_from():
    made = results()
    made["totals"]["lost"] = 9
    assert "丢失的 9 句没有延迟" in page(made)


def test_allure_says_what_was_decided(tmp_path):
    made = leaking()
    made["thresholds"].append({"text": "p50 < 1 s", "verdict": "无法判定", "actual": "没有样本"})
    allure.write(tmp_path, made)
    written = [json.loads(file.read_text("utf-8")) for file in tmp_path.glob("*-result.json")]
    seen = {one["name"]: one["status"] for one in written}
    assert seen["p99 < 2 s"] == "passed"
    assert seen["p50 < 1 s"] == "broken"
    assert [s for name, s in seen.items() if "看见" in name] == ["failed"]


def test_misplaced_replies_are_a_violation_even_without_a_finding():
    made = results()
    made["totals"]["foreign"] = 2
    assert [i.verdict for i in conclusions(made) if i.group == "越界"] == ["违反"]


@pytest.mark.parametrize(
    ("verdict", "interrupted", "code"),
    [("通过", False, 0), ("违反", False, 1), ("无法判定", False, 3), ("通过", True, 130)],
)
def test_the_report_is_redone_from_the_folder_with_the_same_exit_code(
    tmp_path, monkeypatch, verdict, interrupted, code
):
    monkeypatch.setattr("support.reports.renderers.TOOL_DIR", tmp_path / "没有")
    folder = tmp_path / "load-1"
    folder.mkdir()
    made = copy.deepcopy(results(verdict=verdict))
    made["run"]["interrupted"] = interrupted
    (folder / "results.json").write_text(json.dumps(made), "utf-8")
    assert rejudge(folder, history_limit=3) == code
    assert (folder / "load.html").exists()
    assert (tmp_path / "load-latest" / "report.txt").exists()


def test_long_runs_are_merged_and_keep_their_spikes():
    rows = [
        {"second": n, "sent": 2, "replied": 1, "p50": 0.0, "p99": 5.0 if n == 7 else 0.1}
        for n in range(100)
    ]
    points = moments(rows, 30)
    assert (span(rows, 30), len(points)) == (4, 25)
    assert points[1].p99 == 5.0
    assert points[0].p50 is None
    assert (points[0].sent, points[0].replied) == (2.0, 1.0)


def test_the_sparkline_tells_nothing_from_little():
    assert sparkline([0, None, 1, 8]) == "··▂█"
    assert sparkline([0, 0]) == "··"


@pytest.mark.parametrize(("high", "last"), [(0.0, None), (7.0, 8.0), (93.0, 100.0), (1500, 1500)])
def test_axes_cover_what_they_show(high, last):
    axis = straight(high, "毫秒")
    assert axis.high >= high
    assert last is None or axis.high == last
    assert exact(7.5, "秒").high == 7.5


def measured() -> dict:
    step = {"rate": 20.0, "latency": {"p50": 0.01, "p99": 0.1}, "replies_per_s": 19.5}
    return results(
        fairness={
            "title": "刷屏", "verdict": "违反", "reason": f"{EVIL} 被邻居拖慢",
            "tenants": [
                {"tenant": EVIL, "verdict": "违反", "claim": "慢", "calm": 9, "pressed": 8},
            ],
            "arms": [
                {"loud": True, "accepted": 30, "began": 0.5, "ended": 2.0},
                {"loud": False, "accepted": 0, "began": 2.1, "ended": 3.0},
            ],
            "jain": {"off": 0.99, "on": 0.5},
        },
        capacity={
            "verdict": "通过", "reason": "守得住每秒 20.0 句，" * 9, "criteria": ["丢失 = 0"],
            "steps": [
                {**step, "held": True, "failed": []},
                {**step, "rate": 40.0, "held": False, "failed": ["丢失 = 0"]},
                {**step, "rate": 80.0, "latency": None, "held": False, "failed": ["丢失 = 0"]},
            ],
        },
    )  # fmt: skip


def test_fairness_and_capacity_are_told_everywhere_once_they_were_measured():
    made = measured()
    text, html = render_text(made), page(made)
    assert "违反  公平（刷屏）" in text
    assert "每秒 80.0 句：没有延迟" in text
    assert max(cell_len(line) for line in text.splitlines()) <= 100
    assert "Jain 公平指数：静 0.990，闹 0.500" in html
    assert "<script" not in html
    assert "每一级的延迟" in [one.get("aria-label") for one in pictures(html)]
    assert html.count(">闹</text>") == 2  # 延迟与吞吐两幅，各涂一段
    assert "分 2 片跑（local:2）" not in html
    made["run"]["cluster"] = {"where": "local:2", "shards": 2, "clocks": [0.0, 0.0]}
    assert "分 2 片跑（local:2）" in page(made)
    assert "分 2 片跑（local:2）" in render_text(made)
    verdicts = {item.group: item.verdict for item in conclusions(made)}
    assert (verdicts["公平（刷屏）"], verdicts["容量"]) == ("违反", "通过")


def test_whatever_the_file_says_is_only_text_on_the_page():
    made = hostile({**measured(), "findings": leaking()["findings"]}, keep=("curves",))
    made["curves"] = {f"{name}{SLY}": points for name, points in measured()["curves"].items()}
    made["curves"]["全部"] = measured()["curves"]["全部"]
    made["run"]["leftovers"] = [{"resource": SLY, "id": SLY, "reason": SLY}]
    made["notes"] = [f"一句说明{SLY}"]
    shown = ("通过", "平日：每秒 20 句", "p99 < 2 s", "200.0 毫秒", "一句说明", "科技公司", "qq")
    assert_harmless(page(made), *shown, "python -m support load")
