"""压测的文字报告：终端里与 report.txt 里的那一页，一百列以内。

职责：排版。不做什么：不计算。处处是 0 的栏不占地方，合写成一行“都是 0”。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from support.reports.facts.load import (
    COUNTS,
    CUT_TITLES,
    CUTS,
    GROUPS,
    closing,
    finding_line,
    heading,
    milliseconds,
    name_of,
    sections,
    seen_counts,
    slowest_first,
)
from support.reports.facts.series import moments, span, sparkline
from support.reports.text.console import drawn

#: 一张表至多这么多行；再多，从结果文件里看。
_MOST_ROWS = 30
_SPARK = 72


def render_text(results: Mapping[str, Any]) -> str:
    """整份报告，不带颜色。"""
    fields = seen_counts(results)
    parts: list[Text | Table] = [Text(line) for line in heading(results)]
    for title, kind in GROUPS:
        if results[kind]:
            parts += [
                Text(""),
                _counts(title, results[kind], fields),
                _latency(title, results[kind]),
            ]
    silent = [title for title, field in COUNTS if field not in fields]
    if silent:
        parts.append(Text(f"处处都是 0：{'、'.join(silent)}"))
    after = (*_over_time(results), *_judged(results), *_closing(results))
    return drawn(*parts, *map(Text, after)) + "\n"


def _table(title: str, head: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    left = len(rows) - _MOST_ROWS
    note = f"；只列 p99 最慢的 {_MOST_ROWS} 行，另 {left} 行见 results.json" if left > 0 else ""
    table = Table(box=box.SIMPLE_HEAD, title=Text(f"{title}{note}"), title_justify="left")
    table.add_column(head, overflow="fold")
    return table


def _counts(head: str, rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> Table:
    table = _table(f"每个{head}的句数", head, rows)
    for title, field in COUNTS:
        if field in fields:
            table.add_column(title, justify="right", no_wrap=True)
    for row in slowest_first(rows, _MOST_ROWS):
        table.add_row(Text(name_of(row)), *(str(row.get(f, 0)) for f in fields))
    return table


def _latency(head: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table(f"每个{head}的延迟（毫秒，从该说的那一刻算起）", head, rows)
    for cut in CUTS:
        table.add_column(CUT_TITLES.get(cut, cut), justify="right", no_wrap=True)
    for row in slowest_first(rows, _MOST_ROWS):
        latency = row["latency"] or {}
        table.add_row(Text(name_of(row)), *(milliseconds(latency.get(cut)) for cut in CUTS))
    return table


def _over_time(results: Mapping[str, Any]) -> list[str]:
    """三行小图：每秒说、每秒答、p99。"""
    seconds = results["seconds"]
    if not seconds:
        return []
    points = moments(seconds, _SPARK)
    slow = [one.p99 for one in points]
    most = max((value for value in slow if value is not None), default=None)
    each = span(seconds, _SPARK)
    return [
        "",
        f"随时间（一格 {each} 秒，共 {len(seconds)} 秒；小图各按自己的最大值画）",
        f"  每秒说 {sparkline([one.sent for one in points])} 最多 {_peak(points, 'sent')}",
        f"  每秒答 {sparkline([one.replied for one in points])} 最多 {_peak(points, 'replied')}",
        f"  p99    {sparkline(slow)} 最慢 {milliseconds(most)} 毫秒",
    ]


def _peak(points: Sequence[Any], field: str) -> str:
    return f"{max(getattr(one, field) for one in points):.4g} 句"


def _judged(results: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{row['verdict']}  {row['text']}（实测 {row['actual']}）" for row in results["thresholds"]
    ]
    lines += [*section_lines(results), *map(finding_line, results["findings"])]
    return ["", *lines] if lines else []


def section_lines(results: Mapping[str, Any]) -> Iterator[str]:
    """公平与容量两节；量过才有。"""
    for title, section, details in sections(results):
        yield f"{section['verdict']}  {title}：{section['reason']}"
        yield from (f"  {one}" for one in details)


def _closing(results: Mapping[str, Any]) -> list[str]:
    left = [f"没有删掉：{x['resource']} {x['id']}（{x['reason']}）" for x in _leftovers(results)]
    notes = [n for n in results["notes"] if n not in results["run"]["invalid_reasons"]]
    return ["", *(f"- {note}" for note in notes), *left, closing(results)]


def _leftovers(results: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = results["run"].get("leftovers", ())
    return found
