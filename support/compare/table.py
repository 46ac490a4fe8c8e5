"""对比表：由几份合规报告得出，每条规格一行、每个目标一格。

职责：对齐、归拢、指出不同，纯函数。不做什么：不读文件、不排版、不改判。
一条规格有多行例子时取最坏的一行，并写明几行里有几行如此；没有跑到的写“没有跑”，不算通过。
公开的报告不写安全检查的结论：那一格是“未公开”，不算不同，另按性质比数目。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from support.conformance.withhold import FULL, PUBLIC, checks, is_own, tally
from support.model import LEVELS, Outcome

SCHEMA = "maibot-tenancy-spec/compare/1"
ABSENT = "没有跑"
UNTOLD = "未公开"
DIFFERENT, PARTIAL, SAME = "结论不同", "有的没有判", "结论相同"
UNPUBLISHED = "有的没有公开"

_RED = (Outcome.VIOLATED.value, Outcome.KNOWN.value)
_UNJUDGED = (Outcome.SKIPPED.value, ABSENT)


def compare(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """整份对比。`reports` 的次序就是各列的次序。"""
    columns = [_by_id(report["scenarios"]) for report in reports]
    specs = _specs(reports)
    _hush(reports, columns)
    rows = [_row(spec, first, columns) for spec, first in specs.items()]
    targets = [_target(report, rows, at) for at, report in enumerate(reports)]
    for target, label in zip(targets, _labels(targets), strict=True):
        target["label"] = label
    return {
        "schema": SCHEMA,
        "targets": targets,
        "rows": rows,
        "totals": _totals(rows),
        "checks": _checks(reports),
        "notes": [*_notes(targets), *_warnings(reports, targets)],
    }


def _totals(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """每一类几条；都公开了的对比里没有“有的没有公开”这一类。"""
    counts = Counter(row["kind"] for row in rows)
    kinds = (DIFFERENT, PARTIAL, *([UNPUBLISHED] if counts[UNPUBLISHED] else []), SAME)
    return {kind: counts[kind] for kind in kinds}


def _hush(
    reports: Sequence[Mapping[str, Any]],
    columns: Sequence[dict[str, list[Mapping[str, Any]]]],
) -> None:
    """公开的报告里看不见的检查写成“未公开”，与没有跑分开。"""
    held = {one["id"] for report in reports for one in checks(report)}
    for report, column in zip(reports, columns, strict=True):
        if "withheld" in report:
            column.update({spec: [{"verdict": UNTOLD, "reason": ""}] for spec in held})


def _checks(reports: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """有一份公开的，就把各份的安全检查按性质并排数一遍。"""
    if not any("withheld" in report for report in reports):
        return []
    tallies = [{one["property"]: one for one in _tally(report)} for report in reports]
    known = {name: one["meaning"] for tallied in tallies for name, one in tallied.items()}
    return [
        {
            "property": name,
            "meaning": known[name],
            "cells": [tallied[name]["counts"] if name in tallied else {} for tallied in tallies],
        }
        for name in sorted(known, key=lambda name: (not name, len(name), name))
    ]


def _tally(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if "withheld" in report:
        found: Sequence[Mapping[str, Any]] = report["withheld"]["properties"]
        return found
    return tally(checks(report))


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
    """只因跳过、没有跑而不一样的另说；但有一家违反就要摆在前面。没有公开的不参与比较。"""
    told = [cell for cell in cells if cell["verdict"] != UNTOLD]
    if len({cell["shown"] for cell in told}) == 1:
        return SAME if told == list(cells) else UNPUBLISHED
    judged = {cell["shown"] for cell in told if cell["verdict"] not in _UNJUDGED}
    red = any(cell["verdict"] in _RED for cell in told)
    return DIFFERENT if red or len(judged) > 1 else PARTIAL


def _cell(scenarios: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not scenarios:
        return {"verdict": ABSENT, "shown": ABSENT, "rows": 0, "reasons": []}
    verdicts = [one["verdict"] for one in scenarios]
    worst = max(verdicts, key=_severity)
    count = verdicts.count(worst)
    mixed = f" {count}/{len(verdicts)}" if count < len(verdicts) else ""
    told = [one["reason"].splitlines()[0] for one in scenarios if one["reason"]]
    return {
        "verdict": worst,
        "shown": f"{worst}{mixed}",
        "rows": len(scenarios),
        "reasons": list(dict.fromkeys(told)),
    }


def _severity(verdict: str) -> int:
    """没有公开的不知道多坏，排在最后。"""
    return -1 if verdict == UNTOLD else Outcome(verdict).severity


def _target(
    report: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], at: int
) -> dict[str, Any]:
    """一列的来历与它的总数；数的是规格，不是场景的行。"""
    counts = {
        level: Counter(row["cells"][at]["verdict"] for row in rows if row["level"] == level)
        for level in LEVELS
    }
    names = [*(outcome.value for outcome in Outcome), ABSENT]
    names += [UNTOLD] if "withheld" in report else []
    return {
        **report["target"],
        "suite": report["suite"]["version"],
        "run": report["run"]["id"],
        "started": report["run"]["started"],
        "form": report.get("form", FULL),
        "seed": report["run"]["seed"],
        "gaps": list(report["run"]["gaps"]),
        "counts": {level: {name: counts[level][name] for name in names} for level in LEVELS},
        "results": {level: report["levels"][level]["result"] for level in LEVELS},
    }


def _labels(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """各列的名字：重名时逐级说细，直到分得开。"""
    labels = [f"{one['name']} {one['version']}".strip() for one in targets]
    for extra in ("transport", "run", "form"):
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


def _warnings(
    reports: Sequence[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]]
) -> list[str]:
    """拿全文来比，比出来的也是全文：提醒一声。"""
    whole = [
        target["label"]
        for report, target in zip(reports, targets, strict=True)
        if target["form"] != PUBLIC and not is_own(report) and checks(report)
    ]
    return [f"{'、'.join(whole)} 用的是全文，写着安全检查的细节：这份对比不宜公开"] if whole else []
