"""公平与容量两节：量过才有；文字、网页、Allure 用的是同一套话。

职责：排版。不做什么：不判断。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from support.reports.html.charts import COLOURS, Curve, line_chart, straight


def sections(results: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], list[str]]]:
    """量过的各节：(题目, 那一节, 细目)。"""
    fairness, capacity = results.get("fairness"), results.get("capacity")
    if fairness is not None:
        kind = fairness.get("title", fairness.get("kind", ""))
        yield f"公平（{kind}）", fairness, list(_fairness(fairness))
    if capacity is not None:
        yield "容量", capacity, list(_capacity(capacity))


def lines(results: Mapping[str, Any]) -> Iterator[str]:
    """文字报告里的样子。"""
    for title, section, details in sections(results):
        yield f"{section['verdict']}  {title}：{section['reason']}"
        yield from (f"  {one}" for one in details)


def html(results: Mapping[str, Any]) -> str:
    """网页里的样子；结论的颜色由网页上。"""
    return "".join(
        f"<h2>{escape(title)}：{escape(section['verdict'])}</h2><p>{escape(section['reason'])}</p>"
        f"{_picture(section)}<ul>{''.join(f'<li>{escape(one)}</li>' for one in details)}</ul>"
        for title, section, details in sections(results)
    )


def _fairness(section: Mapping[str, Any]) -> Iterator[str]:
    for row in section["tenants"]:
        size = f"静 {row['calm']} 句、闹 {row['pressed']} 句"
        yield f"{row['verdict']}  {row['tenant']}：{row['claim']}（{size}）"
    loud = [arm for arm in section["arms"] if arm["loud"]]
    off, on = (section["jain"][side] for side in ("off", "on"))
    if loud and off is not None and on is not None:
        accepted = "、".join(str(arm["accepted"]) for arm in loud)
        noise = f"邻居闹了 {len(loud)} 段，各收下 {accepted} 下"
        yield f"Jain 公平指数：静 {off:.3f}，闹 {on:.3f}；{noise}"


def _capacity(section: Mapping[str, Any]) -> Iterator[str]:
    yield f"条件：{'、'.join(section['criteria'])}"
    for step in section["steps"]:
        p99 = f"p99 {step['latency']['p99'] * 1000:.0f} 毫秒" if step["latency"] else "没有延迟"
        fate = "守住" if step["held"] else f"没守住：{'、'.join(step['failed'])}"
        yield f"每秒 {step['rate']:.1f} 句：{p99}，答 {step['replies_per_s']:.1f} 句/秒，{fate}"
    if section.get("probes"):
        yield f"压垮之后探问了 {section['probes']} 次，等服务缓过来再往下试"


def _picture(section: Mapping[str, Any]) -> str:
    """容量：速率 → 延迟；一级重试过就画后一次。"""
    latest = {step["rate"]: step["latency"] for step in section.get("steps", ())}
    tried = [(rate, latest[rate]) for rate in sorted(latest) if latest[rate]]
    if len(tried) < 2:
        return ""
    curves = [
        Curve(name, [(rate, latency[name] * 1000) for rate, latency in tried], colour)
        for name, colour in (("p99", COLOURS[1]), ("p50", COLOURS[0]))
    ]
    slowest = max(latency["p99"] for _, latency in tried) * 1000
    across, up = straight(tried[-1][0], "句/秒", count=10), straight(slowest, "毫秒")
    return line_chart("每一级的延迟", curves, across, up)
