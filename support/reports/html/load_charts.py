"""压测的几幅图：延迟与吞吐随时间、分位数曲线、各家租户、容量的每一级。

职责：从结果里取数、定轴。不做什么：不画线条（charts）、不计算。没有样本返回空串。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from support.reports.facts.load import milliseconds, name_of, slowest_first
from support.reports.facts.series import Moment, moments, span
from support.reports.html.charts import (
    COLOURS,
    Axis,
    Bars,
    Curve,
    bar_chart,
    exact,
    line_chart,
    straight,
)

_POINTS = 520
_MOST_TENANTS = 24
_MOST_CURVES = 6
_CUTS = ("p50", "p95", "p99")


def latency(results: Mapping[str, Any]) -> Markup:
    """每一秒的 p50 与 p99。"""
    points = moments(results["seconds"], _POINTS)
    slowest = max((one.p99 for one in points if one.p99 is not None), default=None)
    if slowest is None:
        return Markup()
    curves = [
        Curve("p99", [(p.second, _ms(p.p99)) for p in points], COLOURS[1]),
        Curve("p50", [(p.second, _ms(p.p50)) for p in points], COLOURS[0]),
    ]
    return _timeline("延迟随时间", curves, points, straight(slowest * 1000, "毫秒"), results)


def throughput(results: Mapping[str, Any]) -> Markup:
    """每一秒说了几句、答了几句。"""
    points = moments(results["seconds"], _POINTS)
    if not points:
        return Markup()
    curves = [
        Curve("该说的", [(p.second, p.sent) for p in points], "#9aa4af"),
        Curve("答了的", [(p.second, p.replied) for p in points], COLOURS[2]),
    ]
    most = max(max(one.sent, one.replied) for one in points)
    return _timeline("吞吐随时间", curves, points, straight(most, "句/秒"), results)


def _timeline(
    label: str,
    curves: Sequence[Curve],
    points: Sequence[Moment],
    up: Axis,
    results: Mapping[str, Any],
) -> Markup:
    each = span(results["seconds"], _POINTS)
    last = points[-1].second
    merged = f"（每点 {each} 秒，延迟取最慢的）" if each > 1 else ""
    across = exact(last + each if len(points) == 1 else last, f"秒{merged}")
    hints = [(p.second - each / 2, p.second + each / 2, _told(p)) for p in points]
    return line_chart(label, curves, across, up, shades=_shades(results, last), hints=hints)


def _shades(results: Mapping[str, Any], last: float) -> list[tuple[float, float, str]]:
    """涂灰的几段：热身，与邻居闹的那几段。"""
    warm = (0.0, min(float(results["profile"].get("warmup", 0.0)), last), "热身")
    arms = results.get("fairness", {}).get("arms", ())
    return [warm, *((one["began"], min(one["ended"], last), "闹") for one in arms if one["loud"])]


def _told(one: Moment) -> str:
    return (
        f"第 {one.second:.0f} 秒：该说 {one.sent:.4g} 句，答了 {one.replied:.4g} 句；"
        f"p50 {milliseconds(one.p50)}、p99 {milliseconds(one.p99)} 毫秒"
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def percentiles(results: Mapping[str, Any]) -> Markup:
    """分位数曲线，横轴是 1/(1-p) 的对数；最慢的几家各一条，全部一条粗的。"""
    rows = [row for row in results["tenants"] if row["latency"]]
    total = results["totals"]
    if not total["latency"]:
        return Markup()
    shown = slowest_first(rows, _MOST_CURVES)
    curves = [
        _percentile_curve(name_of(row), row, results, COLOURS[number + 1], 1.4)
        for number, row in enumerate(shown)
    ]
    curves.append(_percentile_curve("全部", total, results, COLOURS[0], 3.0))
    right = max(10.0, *(x for curve in curves for x, _ in curve.points))
    slowest = max(y for curve in curves for _, y in curve.points if y is not None)
    across = Axis(1.0, right, _percent_ticks(right), "百分之几的话不超过", log=True)
    return line_chart("分位数曲线", curves, across, straight(slowest, "毫秒"), height=300)


def _percentile_curve(
    name: str, row: Mapping[str, Any], results: Mapping[str, Any], colour: str, width: float
) -> Curve:
    """样本数撑不起的那一截不画：一百句话没有 p99.9；末了一点是最慢的一句。"""
    samples = max(int(row.get("samples", row["replied"])), 1)
    points: list[tuple[float, float | None]] = [
        (1 / (1 - share / 100), seconds * 1000)
        for share, seconds in results["curves"][name]
        if share < 100 and 1 / (1 - share / 100) < samples
    ]
    points.append((float(samples), row["latency"]["max"] * 1000))
    return Curve(name, points, colour, width)


def _percent_ticks(right: float) -> list[tuple[float, str]]:
    marks = [(1.0, "0 %"), (2.0, "50 %"), (10.0, "90 %")]
    decades = range(2, 8)
    marks += [(10.0**n, f"99{'.' if n > 2 else ''}{'9' * (n - 2)} %") for n in decades]
    return [mark for mark in marks if mark[0] <= right]


def tenants(results: Mapping[str, Any]) -> Markup:
    """各家的 p50、p95、p99。"""
    rows = results["tenants"]
    if not rows:
        return Markup()
    shown = slowest_first(rows, _MOST_TENANTS)
    bars = [
        Bars(name_of(row), [_ms((row["latency"] or {}).get(cut)) for cut in _CUTS]) for row in shown
    ]
    return bar_chart("各家租户的延迟", bars, _CUTS, "毫秒")


def left_out(results: Mapping[str, Any]) -> str:
    """租户多得画不下时，说明少画了几家。"""
    left = len(results["tenants"]) - _MOST_TENANTS
    return f"只画 p99 最慢的 {_MOST_TENANTS} 家，另有 {left} 家。" if left > 0 else ""


def steps(section: Mapping[str, Any]) -> Markup:
    """容量：速率 → 延迟；一级重试过就画后一次。"""
    latest = {step["rate"]: step["latency"] for step in section.get("steps", ())}
    tried = [(rate, latest[rate]) for rate in sorted(latest) if latest[rate]]
    if len(tried) < 2:
        return Markup()
    curves = [
        Curve(name, [(rate, latency[name] * 1000) for rate, latency in tried], colour)
        for name, colour in (("p99", COLOURS[1]), ("p50", COLOURS[0]))
    ]
    slowest = max(latency["p99"] for _, latency in tried) * 1000
    across, up = straight(tried[-1][0], "句/秒", count=10), straight(slowest, "毫秒")
    return line_chart("每一级的延迟", curves, across, up)
