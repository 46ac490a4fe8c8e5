"""对比表：由几份合规报告得出，每条规格一行、每个目标一格。

职责：对齐、归拢、指出不同，纯函数。不做什么：不读文件、不排版、不改判。
一条规格有多行例子时取最坏的一行，并写明几行里有几行如此；没有跑到的写“没有跑”，不算通过。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from support.model import LEVELS, Outcome

SCHEMA = "maibot-tenancy-spec/compare/1"
ABSENT = "没有跑"
DIFFERENT, PARTIAL, SAME = "结论不同", "有的没有判", "结论相同"

_WORST = [
    outcome.value
    for outcome in (
        Outcome.VIOLATED,
        Outcome.KNOWN,
        Outcome.INCONCLUSIVE,
        Outcome.SKIPPED,
        Outcome.HELD,
    )
]
_RED = (Outcome.VIOLATED.value, Outcome.KNOWN.value)
_UNJUDGED = (Outcome.SKIPPED.value, ABSENT)


def compare(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """整份对比。`reports` 的次序就是各列的次序。"""
    columns = [_by_id(report["scenarios"]) for report in reports]
    specs = _specs(reports)
    rows = [_row(spec, first, columns) for spec, first in specs.items()]
    targets = [_target(report, rows, at) for at, report in enumerate(reports)]
    for target, label in zip(targets, _labels(targets), strict=True):
        target["label"] = label
    return {
        "schema": SCHEMA,
        "targets": targets,
        "rows": rows,
        "totals": {
            kind: sum(row["kind"] == kind for row in rows) for kind in (DIFFERENT, PARTIAL, SAME)
        },
        "notes": _notes(targets),
    }


def _by_id(scenarios: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in scenarios:
        found.setdefault(one["id"], []).append(one)
    return found


def _specs(reports: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """全部编号与它的第一个场景；同一功能的排在一起，按编号的次序。"""
    everything = [one for report in reports for one in report["scenarios"]]
    found = {one["id"]: one for one in reversed(everything)}
    features = list(dict.fromkeys(one["feature"] for one in everything))
    order = sorted(found, key=lambda spec: (features.index(found[spec]["feature"]), spec))
    return {spec: found[spec] for spec in order}


def _row(
    spec: str,
    first: Mapping[str, Any],
    columns: Sequence[Mapping[str, Sequence[Mapping[str, Any]]]],
) -> dict[str, Any]:
    cells = [_cell(column.get(spec, ())) for column in columns]
    most = max(cell["rows"] for cell in cells)
    return {
        "id": spec,
        "feature": first["feature"],
        "rule": first["rule"],
        "name": first["name"].partition(" -- ")[0] + (f" 等 {most} 例" if most > 1 else ""),
        "level": first["level"],
        "cells": cells,
        "kind": _kind(cells),
    }


def _kind(cells: Sequence[Mapping[str, Any]]) -> str:
    """只因跳过、没有跑而不一样的另说；但有一家违反就要摆在前面。"""
    if len({cell["shown"] for cell in cells}) == 1:
        return SAME
    judged = {cell["shown"] for cell in cells if cell["verdict"] not in _UNJUDGED}
    red = any(cell["verdict"] in _RED for cell in cells)
    return DIFFERENT if red or len(judged) > 1 else PARTIAL


def _cell(scenarios: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not scenarios:
        return {"verdict": ABSENT, "shown": ABSENT, "rows": 0, "reasons": []}
    verdicts = [one["verdict"] for one in scenarios]
    worst = min(verdicts, key=_WORST.index)
    count = verdicts.count(worst)
    mixed = f" {count}/{len(verdicts)}" if count < len(verdicts) else ""
    told = [one["reason"].splitlines()[0] for one in scenarios if one["reason"]]
    return {
        "verdict": worst,
        "shown": f"{worst}{mixed}",
        "rows": len(scenarios),
        "reasons": list(dict.fromkeys(told)),
    }


def _target(
    report: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], at: int
) -> dict[str, Any]:
    """一列的来历与它的总数；数的是规格，不是场景的行。"""
    counts = {
        level: Counter(row["cells"][at]["verdict"] for row in rows if row["level"] == level)
        for level in LEVELS
    }
    names = [*(outcome.value for outcome in Outcome), ABSENT]
    return {
        **report["target"],
        "suite": report["suite"]["version"],
        "run": report["run"]["id"],
        "started": report["run"]["started"],
        "seed": report["run"]["seed"],
        "gaps": list(report["run"]["gaps"]),
        "counts": {level: {name: counts[level][name] for name in names} for level in LEVELS},
        "results": {level: report["levels"][level]["result"] for level in LEVELS},
    }


def _labels(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """各列的名字：重名时逐级说细，直到分得开。"""
    labels = [f"{one['name']} {one['version']}".strip() for one in targets]
    for extra in ("transport", "run"):
        said: dict[str, set[str]] = {}
        for label, one in zip(labels, targets, strict=True):
            said.setdefault(label, set()).add(one[extra])
        labels = [
            f"{label} · {one[extra]}" if len(said[label]) > 1 else label
            for label, one in zip(labels, targets, strict=True)
        ]
    return labels


def _notes(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """读表之前要知道的：套件版本不同、哪一次不完整。"""
    suites = {one["suite"] for one in targets}
    told = []
    if len(suites) > 1:
        listed = "；".join(f"{one['label']} 用套件 {one['suite']}" for one in targets)
        told.append(f"套件版本不同，规格可能改过，不宜逐条相比：{listed}")
    told += [f"{one['label']} 不完整：{'；'.join(one['gaps'])}" for one in targets if one["gaps"]]
    return told
