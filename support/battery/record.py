"""变异检验的结果：mutants.json 的全部内容与退出码，报告只渲染它。

职责：汇总，纯函数。不做什么：不落盘、不渲染。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from support import __version__
from support.battery.battery import Outcomes, Plan
from support.battery.trial import Ground
from support.battery.verdict import Fate, Judged, Seen
from support.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_UNDECIDED, EXIT_VIOLATED
from support.model import Outcome
from support.schemas import ResultsKind


@dataclass(frozen=True, slots=True)
class Claims:
    """规格自己的说法：各性质的意思，不可能红的规格与缘由。"""

    meaning: Mapping[str, str]
    exempt: Mapping[str, str]


def record(
    ground: Ground, started: datetime, plan: Plan, outcomes: Outcomes, claims: Claims
) -> dict[str, Any]:
    """整份结果。`started` 带时区，时长单位秒。"""
    fates = [one.fate for one in outcomes.judged]
    unproven = _unproven(plan, outcomes, claims.exempt) if plan.whole else []
    clean = {spec: _seen(seen) for spec, seen in outcomes.clean.items()}
    return {
        "schema": ResultsKind.MUTATION.schema,
        "run": {
            "id": ground.run_id,
            "started": started.isoformat(timespec="seconds"),
            "duration_s": round((datetime.now().astimezone() - started).total_seconds(), 2),
            "suite_version": __version__,
            "seed": ground.seed,
            "workers": plan.workers,
            "full": plan.full,
            "planned": len(plan.cases),
            "interrupted": outcomes.interrupted,
        },
        "totals": {fate.value: fates.count(fate) for fate in Fate},
        "mutants": [_mutant(one) for one in outcomes.judged],
        "clean": clean,
        "specs": sorted(plan.scenes),
        "meaning": dict(claims.meaning),
        "exempt": dict(claims.exempt),
        "whole": plan.whole,
        "unproven": unproven,
        "proven": outcomes.is_proven and not unproven,
    }


def _unproven(plan: Plan, outcomes: Outcomes, exempt: Mapping[str, str]) -> list[str]:
    """没有一个变异体因它而死、也没有写明缘由的规格。"""
    killers = {
        spec
        for one in outcomes.judged
        for spec, seen in one.seen.items()
        if one.fate is Fate.KILLED and seen.outcome is Outcome.VIOLATED
    }
    return [spec for spec in sorted(plan.scenes) if spec not in killers and spec not in exempt]


def _mutant(one: Judged) -> dict[str, Any]:
    case = one.case
    return {
        "name": case.name,
        "title": case.title,
        "story": case.story,
        "catalogue": list(case.catalogue),
        "properties": list(case.properties),
        "killed_by": list(case.killed_by),
        "spares": list(case.spares),
        "fate": one.fate.value,
        "reasons": list(one.reasons),
        "reached": one.reached,
        "duration_s": round(one.duration_s, 2),
        "seen": {spec: _seen(seen) for spec, seen in one.seen.items()},
    }


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "verdict": seen.outcome.value,
        "reason": seen.reason,
        "duration_s": round(seen.duration_s, 3),
    }


def exit_code(results: Mapping[str, Any]) -> int:
    """0 证明完毕；1 有误杀、存活或复原后的违反；3 其余没能证明的；130 被打断。"""
    if results["run"]["interrupted"]:
        return EXIT_INTERRUPTED
    if results["proven"]:
        return EXIT_OK
    totals, clean = results["totals"], [one["verdict"] for one in results["clean"].values()]
    wrong = totals[Fate.OVERKILL.value] + totals[Fate.SURVIVED.value]
    return EXIT_VIOLATED if wrong or Outcome.VIOLATED.value in clean else EXIT_UNDECIDED
