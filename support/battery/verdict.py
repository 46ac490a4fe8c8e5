"""一个变异体的下场：已杀、误杀、崩溃、存活、无效。

职责：由场景记录与痕迹得出下场，纯函数。不做什么：不起服务、不跑场景。
点了名的规格全都判“违反”才算已杀：出错而红不算，别处无缘无故地红也不算。
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from support.model import Outcome, ScenarioRecord


class Fate(Enum):
    """一个变异体的下场。"""

    KILLED = "已杀"
    OVERKILL = "误杀"
    CRASHED = "崩溃"
    SURVIVED = "存活"
    INVALID = "无效"


@dataclass(frozen=True, slots=True)
class Case:
    """一个变异体的档案；各字段的意思与变异体文件里写的一样。"""

    name: str
    title: str
    story: str
    catalogue: tuple[str, ...]
    properties: tuple[str, ...]
    killed_by: tuple[str, ...]
    spares: tuple[str, ...]
    marks: str


@dataclass(frozen=True, slots=True)
class Seen:
    """一条规格在这个变异体上的结论；大纲有多行时取最坏的一行。"""

    outcome: Outcome
    reason: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Judged:
    """一个变异体的下场与缘由；`seen` 是跑过的每条规格的结论。"""

    case: Case
    fate: Fate
    reasons: tuple[str, ...]
    seen: Mapping[str, Seen]
    reached: int
    duration_s: float


def outcomes(records: Iterable[ScenarioRecord], planned: Mapping[str, int]) -> dict[str, Seen]:
    """每条规格的结论。`planned` 是每条规格计划跑几行，少一行就是没有跑完。"""
    found: dict[str, list[ScenarioRecord]] = {spec: [] for spec in planned}
    for record in records:
        found[record.id].append(record)
    return {spec: _worst(found[spec], count) for spec, count in planned.items()}


def _worst(records: Sequence[ScenarioRecord], planned: int) -> Seen:
    took = sum(record.duration_s for record in records)
    worst = max(records, key=lambda record: record.verdict.severity, default=None)
    if worst is not None and worst.verdict is Outcome.VIOLATED:
        return Seen(Outcome.VIOLATED, worst.reason, took)
    if worst is None or len(records) < planned:
        return Seen(Outcome.INCONCLUSIVE, f"只跑完 {len(records)}/{planned} 行", took)
    return Seen(worst.verdict, worst.reason, took)


def judge(
    case: Case,
    seen: Mapping[str, Seen],
    *,
    trace: str,
    explained: Collection[str],
    duration_s: float,
) -> Judged:
    """判一个变异体。`trace` 是它留下的痕迹，`explained` 是红了也在情理之中的规格。"""
    reached = min((trace.count(mark) for mark in case.marks), default=0)
    for fate, reasons in (
        (Fate.INVALID, [] if reached else ["一次也没有走到错处"]),
        (Fate.OVERKILL, _unreasonable(case, seen, explained)),
        (Fate.CRASHED, _named(case, seen, Outcome.INCONCLUSIVE, Outcome.SKIPPED)),
        (Fate.SURVIVED, _named(case, seen, Outcome.HELD)),
    ):
        if reasons:
            return Judged(case, fate, tuple(reasons), seen, reached, duration_s)
    return Judged(case, Fate.KILLED, (), seen, reached, duration_s)


def _unreasonable(case: Case, seen: Mapping[str, Seen], explained: Collection[str]) -> list[str]:
    """该绿的没绿，或者没点名、也说不出缘由的规格红了。"""
    return [
        f"{spec} {one.outcome.value}：{one.reason}"
        for spec, one in seen.items()
        if one.outcome in (Outcome.VIOLATED, Outcome.INCONCLUSIVE)
        and (spec in case.spares or (spec not in case.killed_by and spec not in explained))
    ]


def _named(case: Case, seen: Mapping[str, Seen], *wanted: Outcome) -> list[str]:
    return [
        f"{spec} {seen[spec].outcome.value}：{seen[spec].reason or '没有红'}"
        for spec in case.killed_by
        if seen[spec].outcome in wanted
    ]
