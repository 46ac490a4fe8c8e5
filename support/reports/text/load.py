"""压测的文字报告：终端里与 report.txt 里的那一页，一百列以内。

职责：排版。不做什么：不计算。处处是 0 的栏不占地方，合写成一行“都是 0”。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from support.reports.facts import load as extras
from support.reports.facts.series import moments, span, sparkline

WIDTH = 100
COUNTS = (
    ("发送", "sent"), ("确认", "acked"), ("回复", "replied"), ("丢失", "lost"),
    ("拒绝", "refused"), ("重复", "duplicated"), ("越界", "foreign"), ("迟到", "late"),
    ("乱序", "out_of_order"), ("错误", "errors"),
)  # fmt: skip
CUTS = ("p50", "p90", "p95", "p99", "p99.9", "max")
CUT_TITLES = {"max": "最大"}
GROUPS = (("租户", "tenants"), ("场景", "scenarios"), ("平台", "platforms"))
_ALWAYS = ("sent", "replied")
#: 一张表至多这么多行；再多，从结果文件里看。
_MOST_ROWS = 30
_SPARK = 72


def render_text(results: Mapping[str, Any]) -> str:
    """整份报告，不带颜色。"""
    out = StringIO()
    console = Console(file=out, width=WIDTH, force_terminal=False, legacy_windows=False)

    def say(line: str) -> None:
        console.print(Text(line))

    for line in heading(results):
        say(line)
    fields = seen_counts(results)
    silent = [title for title, field in COUNTS if field not in fields]
    for title, kind in GROUPS:
        if results[kind]:
            say("")
            console.print(_counts(title, results[kind], fields))
            console.print(_latency(title, results[kind]))
    if silent:
        say(f"处处都是 0：{'、'.join(silent)}")
    for line in (*_over_time(results), *_judged(results), *_closing(results)):
        say(line)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def heading(results: Mapping[str, Any]) -> list[str]:
    """头几行：结论、强度、对着谁、作不作数。"""
    run, target = results["run"], results["run"]["target"]
    cut_short = "（被打断，不算跑完）" if run["interrupted"] else ""
    lines = [
        f"=== 压测：{results['verdict']}{cut_short} ===",
        f"强度：{results['profile']['described']}",
        f"目标：{target['name']} {target['version']}（{target['kind']}，{run['transport']}）",
    ]
    if run["aborted"]:
        lines.append(f"提前停下：{run['aborted']}")
    if run["interrupted"]:
        lines.append("被打断：以下只到打断为止")
    lines += [f"作不了数：{reason}" for reason in run["invalid_reasons"]]
    return lines


def seen_counts(results: Mapping[str, Any]) -> tuple[str, ...]:
    """值得占一栏的数目：发送与回复总在，别的要哪里不是 0。"""
    rows = [results["totals"], *(row for _, kind in GROUPS for row in results[kind])]
    return tuple(f for _, f in COUNTS if f in _ALWAYS or any(row.get(f) for row in rows))


def name_of(row: Mapping[str, Any]) -> str:
    """一行是谁的。"""
    return str(row["tenant"] if "tenant" in row else row["name"])


def milliseconds(seconds: float | None) -> str:
    """毫秒数；没有样本写一横。"""
    return "—" if seconds is None else f"{seconds * 1000:.1f}"


def slowest_first(rows: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """多得列不下时，只留 p99 最慢的几行。"""
    if len(rows) <= most:
        return list(rows)
    return sorted(rows, key=lambda r: -(r["latency"] or {}).get("p99", float("inf")))[:most]


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
    lines += [*extras.lines(results), *map(finding_line, results["findings"])]
    return ["", *lines] if lines else []


def finding_line(finding: Mapping[str, Any]) -> str:
    """一种越界写成一句。"""
    return (
        f"越界 {finding['times']} 次：{finding['owner']} 的话，"
        f"{finding['observer']} 在{finding['surface']}里看见（{finding['property']}）"
    )


def closing(results: Mapping[str, Any]) -> str:
    """扫了多少、多快、用什么跑的。"""
    run, scan = results["run"], results["scan"]
    unplaced = f"（{scan['unplaced']} 份认不出归谁）" if scan["unplaced"] else ""
    return (
        f"扫过 {scan['scanned']} 帧与提示词{unplaced}；每秒答 {results['replies_per_s']:g} 句；"
        f"{_spread_over(run)}事件循环 {run['loop']}；种子 {run['seed']}；"
        f"用时 {run['duration_s']:g} 秒"
    )


def _spread_over(run: Mapping[str, Any]) -> str:
    """分几片跑的；一片就不说。"""
    cluster = run.get("cluster")
    return f"分 {cluster['shards']} 片跑（{cluster['where']}）；" if cluster else ""


def _closing(results: Mapping[str, Any]) -> list[str]:
    left = [f"没有删掉：{x['resource']} {x['id']}（{x['reason']}）" for x in _leftovers(results)]
    notes = [n for n in results["notes"] if n not in results["run"]["invalid_reasons"]]
    return ["", *(f"- {note}" for note in notes), *left, closing(results)]


def _leftovers(results: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = results["run"].get("leftovers", ())
    return found
