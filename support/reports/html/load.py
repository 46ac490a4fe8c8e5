"""压测的网页 load.html：结论、几个要紧的数、几幅图、逐句的账。

职责：排版。不做什么：不计算。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from support.reports.facts.load import (
    COUNTS,
    CUT_TITLES,
    CUTS,
    GROUPS,
    TITLE,
    closing,
    finding_line,
    milliseconds,
    name_of,
    sections,
    seen_counts,
)
from support.reports.html import load_charts as charts
from support.reports.html.charts import STYLE
from support.reports.html.components import render

_PICTURES = (
    ("延迟随时间", charts.latency, "从该说的那一刻算起；服务卡住时迟发的话也算它等了多久。"),
    ("吞吐随时间", charts.throughput, "说与答贴在一起，服务跟得上；答在下面，话在排队。"),
    ("分位数曲线", charts.percentiles, "越往右越少见；陡起来的地方是尾巴。只画有样本的部分。"),
    ("各家租户", charts.tenants, "同样的话，各家等的一样久才公平。"),
)


def page(results: Mapping[str, Any]) -> str:
    """整页网页。"""
    run, target = results["run"], results["run"]["target"]
    fields = seen_counts(results)
    return render(
        "load",
        title=f"{TITLE} {run['id']}",
        chart_style=Markup(STYLE),
        results=results,
        target=f"{target['name']} {target['version']}（{target['kind']}，{run['transport']}）",
        warnings=list(_warnings(run)),
        cards=list(_cards(results)),
        findings=[(finding_line(one), one["evidence"]) for one in results["findings"]],
        sections=[
            (name, section, charts.steps(section), details)
            for name, section, details in sections(results)
        ],
        lost=results["totals"].get("lost", 0),
        pictures=[
            (name, told, charts.left_out(results) if draw is charts.tenants else "", draw(results))
            for name, draw, told in _PICTURES
        ],
        tables=list(_tables(results)),
        silent=[title for title, field in COUNTS if field not in fields],
        notes=[note for note in results["notes"] if note not in run["invalid_reasons"]],
        leftovers=run.get("leftovers", ()),
        closing=closing(results),
    )


def _warnings(run: Mapping[str, Any]) -> Iterator[str]:
    if run["interrupted"]:
        yield "被打断：以下只到打断为止"
    if run["aborted"]:
        yield f"提前停下：{run['aborted']}"
    yield from (f"作不了数：{reason}" for reason in run["invalid_reasons"])


def _cards(results: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """最要紧的几个数：叫什么、多少、要不要标红；坏事不是 0 就标红。"""
    totals, latency = results["totals"], results["totals"]["latency"] or {}
    good, shown = {"sent", "acked", "replied"}, {*seen_counts(results), "lost", "foreign"}
    for title, field in COUNTS:
        if field in shown:
            count = totals.get(field, 0)
            yield title, str(count), field not in good and bool(count)
    yield "每秒答", f"{results['replies_per_s']:g}", False
    for cut in ("p50", "p99"):
        yield f"{cut} 毫秒", milliseconds(latency.get(cut)), False


def _tables(results: Mapping[str, Any]) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """逐句的账，租户、场景、平台各一张：叫什么、各栏、各行。"""
    fields = seen_counts(results)
    heads = [title for title, field in COUNTS if field in fields]
    heads += [CUT_TITLES.get(cut, cut) for cut in CUTS]
    for title, kind in GROUPS:
        rows = [
            [
                name_of(row),
                *(str(row.get(field, 0)) for _, field in COUNTS if field in fields),
                *(milliseconds((row["latency"] or {}).get(cut)) for cut in CUTS),
            ]
            for row in results[kind]
        ]
        yield title, heads, rows
