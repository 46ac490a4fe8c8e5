"""压测的说法：几行开头、一种越界、公平与容量各一节，以及要分别下结论的事。

职责：由结果得出文字、网页、Allure 共用的句子与数。不做什么：不排版、不统计。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.model import Outcome

TITLE = "压测"
COUNTS = (
    ("发送", "sent"), ("确认", "acked"), ("回复", "replied"), ("丢失", "lost"),
    ("拒绝", "refused"), ("重复", "duplicated"), ("越界", "foreign"), ("迟到", "late"),
    ("乱序", "out_of_order"), ("错误", "errors"),
)  # fmt: skip
CUTS = ("p50", "p90", "p95", "p99", "p99.9", "max")
CUT_TITLES = {"max": "最大"}
GROUPS = (("租户", "tenants"), ("场景", "scenarios"), ("平台", "platforms"))
_ALWAYS = ("sent", "replied")


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


def sections(results: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], list[str]]]:
    """量过的各节：(题目, 那一节, 细目)。"""
    fairness, capacity = results.get("fairness"), results.get("capacity")
    if fairness is not None:
        kind = fairness.get("title", fairness.get("kind", ""))
        yield f"公平（{kind}）", fairness, list(_fairness(fairness))
    if capacity is not None:
        yield "容量", capacity, list(_capacity(capacity))


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


@dataclass(frozen=True, slots=True)
class Conclusion:
    """一个结论：归在哪一类、叫什么、结论、缘由、证据。"""

    group: str
    name: str
    verdict: Outcome
    reason: str
    evidence: str = ""


def conclusions(results: Mapping[str, Any]) -> Iterator[Conclusion]:
    """一次压测要分别下结论的事。"""
    yield _soundness(results)
    yield from _trespasses(results)
    for row in results["thresholds"]:
        yield Conclusion("过关条件", row["text"], Outcome(row["verdict"]), f"实测 {row['actual']}")
    for title, section, details in sections(results):
        yield Conclusion(
            title, title, Outcome(section["verdict"]), section["reason"], "\n".join(details)
        )


def _soundness(results: Mapping[str, Any]) -> Conclusion:
    run = results["run"]
    if run["aborted"]:
        return Conclusion("作不作数", "跑完全程", Outcome.VIOLATED, f"提前停下：{run['aborted']}")
    reasons = list(run["invalid_reasons"])
    if run["interrupted"]:
        reasons.insert(0, "被打断，只到打断为止")
    if reasons:
        return Conclusion("作不作数", "跑完全程", Outcome.INCONCLUSIVE, "；".join(reasons))
    return Conclusion("作不作数", "跑完全程", Outcome.HELD, "账都对得上")


def _trespasses(results: Mapping[str, Any]) -> Iterator[Conclusion]:
    """没有看见越界，也要扫过东西、这次作得了数，才算通过。"""
    scanned, foreign = results["scan"]["scanned"], results["totals"].get("foreign", 0)
    for found in results["findings"]:
        name = f"{found['observer']} 看见 {found['owner']} 的话（{found['surface']}）"
        yield Conclusion("越界", name, Outcome.VIOLATED, finding_line(found), found["evidence"])
    if results["findings"]:
        return
    told = f"扫过 {scanned} 帧与提示词"
    if foreign:
        yield Conclusion(
            "越界", "没有越界", Outcome.VIOLATED, f"越界 {foreign} 次：回复送到了别处；{told}"
        )
    elif not scanned or not results["run"]["valid"]:
        yield Conclusion("越界", "没有越界", Outcome.INCONCLUSIVE, f"{told}，不足以说没有")
    else:
        yield Conclusion("越界", "没有越界", Outcome.HELD, told)
