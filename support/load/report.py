"""压测的报告：文字一份，网页一份。

职责：排版。不做什么：不计算。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_COUNTS = (
    ("发送", "sent"), ("确认", "acked"), ("回复", "replied"), ("丢失", "lost"),
    ("拒绝", "refused"), ("重复", "duplicated"), ("越界", "foreign"), ("迟到", "late"),
    ("乱序", "out_of_order"), ("错误", "errors"),
)  # fmt: skip
_CUTS = ("p50", "p90", "p95", "p99", "p99.9", "max")


def publish(run_dir: Path, results: Mapping[str, Any]) -> Iterator[str]:
    """写报告，逐条给出要让人看见的话。"""
    text = render_text(results)
    (run_dir / "report.txt").write_text(text, encoding="utf-8")
    yield text
    yield f"全部文件：{run_dir}"


def render_text(results: Mapping[str, Any]) -> str:
    """一页文字。"""
    out = StringIO()
    console = Console(file=out, width=120, force_terminal=False)
    run = results["run"]
    console.print(f"结论：{results['verdict']}", highlight=False)
    console.print(results["profile"]["described"], highlight=False)
    if run["aborted"]:
        console.print(f"提前停下：{run['aborted']}", highlight=False)
    console.print(_counts("每家租户", "租户", results["tenants"], "tenant"))
    console.print(_counts("每个场景", "场景", results["scenarios"], "name"))
    console.print(_counts("每个平台", "平台", results["platforms"], "name"))
    for row in results["thresholds"]:
        console.print(
            f"{row['verdict']}  {row['text']}（实测 {row['actual']}）",
            highlight=False,
            markup=False,
        )
    for line in (*_fairness(results), *_capacity(results)):
        console.print(line, highlight=False, markup=False)
    for finding in results["findings"]:
        console.print(
            f"越界 {finding['times']} 次：{finding['owner']} 的话，"
            f"{finding['observer']} 在{finding['surface']}里看见（{finding['property']}）",
            highlight=False, markup=False,
        )  # fmt: skip
    for note in results["notes"]:
        console.print(f"- {note}", highlight=False, markup=False)
    scan = results["scan"]
    console.print(
        f"扫过 {scan['scanned']} 帧与提示词；每秒答 {results['replies_per_s']:g} 句；"
        f"事件循环 {run['loop']}；用时 {run['duration_s']:g} 秒",
        highlight=False,
    )
    return out.getvalue()


def _fairness(results: Mapping[str, Any]) -> Iterator[str]:
    """公平的一段；没有量就没有。"""
    section = results.get("fairness")
    if section is None:
        return
    title = f"公平（{section['title']}）"
    yield f"{section['verdict']}  {title}：{section['reason']}"
    for row in section["tenants"]:
        size = f"静 {row['calm']} 句、闹 {row['pressed']} 句"
        yield f"  {row['verdict']}  {row['tenant']}：{row['claim']}（{size}）"
    loud = [arm for arm in section["arms"] if arm["loud"]]
    accepted = "、".join(str(arm["accepted"]) for arm in loud)
    off, on = (section["jain"][side] for side in ("off", "on"))
    if off is not None and on is not None:
        noise = f"邻居闹了 {len(loud)} 段，各收下 {accepted} 下"
        yield f"  Jain 公平指数：静 {off:.3f}，闹 {on:.3f}；{noise}"


def _capacity(results: Mapping[str, Any]) -> Iterator[str]:
    """容量的一段；没有量就没有。"""
    section = results.get("capacity")
    if section is None:
        return
    criteria = "、".join(section["criteria"])
    yield f"{section['verdict']}  容量：{section['reason']}（条件：{criteria}）"
    for step in section["steps"]:
        p99 = f"p99 {step['latency']['p99'] * 1000:.0f} 毫秒" if step["latency"] else "没有延迟"
        fate = "守住" if step["held"] else f"没守住：{'、'.join(step['failed'])}"
        yield f"  每秒 {step['rate']:.1f} 句：{p99}，答 {step['replies_per_s']:.1f} 句/秒，{fate}"


def _counts(title: str, head: str, rows: Sequence[Mapping[str, Any]], key: str) -> Table:
    names = [name for name, _ in _COUNTS]
    table = Table(head, *names, *_CUTS, title=f"{title}（延迟单位毫秒）")
    for row in rows:
        latency = row["latency"]
        cuts = [f"{latency[cut] * 1000:.1f}" if latency else "—" for cut in _CUTS]
        table.add_row(row[key], *(str(row[field]) for _, field in _COUNTS), *cuts)
    return table
