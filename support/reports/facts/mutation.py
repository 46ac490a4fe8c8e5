"""变异检验的说法：多少个变异体、各是什么下场，每条规格抓住了哪些错。

职责：由 mutants.json 得出各种报告共用的句子与数。不做什么：不跑、不判、不排版。
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.model import Outcome
from support.schemas import ResultsKind

TITLE = "规约检出率"


def latest(base: Path) -> dict[str, Any] | None:
    """报告目录 `base` 里最近一次变异检验的结果；没有做过就没有。"""
    kind = ResultsKind.MUTATION
    path = base / kind.latest / kind.file
    if not path.exists():
        return None
    proof: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return proof


def facts(results: Mapping[str, Any]) -> dict[str, str]:
    """多少个变异体、各是什么下场、复原得怎样、还有哪些规格没被证明会红。"""
    run, totals = results["run"], results["totals"]
    fates = "，".join(f"{fate} {count}" for fate, count in totals.items() if count)
    verdicts = [one["verdict"] for one in results["clean"].values()]
    told = {
        "变异体": f"{sum(totals.values())}/{run['planned']} 个，{fates or '一个也没有跑完'}",
        "复原": f"{len(verdicts)} 条规格，{verdicts.count(Outcome.HELD.value)} 条通过",
        "范围": "每个变异体都跑全部规格" if run["full"] else "每个变异体跑点名的规格与旁证",
        "用时": f"{run['duration_s']:.1f} 秒，{run['workers']} 个同时试",
    }
    if results["whole"]:
        told["还没被证明会红的规格"] = " ".join(results["unproven"]) or "没有"
    return told


def summary(results: Mapping[str, Any]) -> str:
    """几行字的总结。"""
    return "\n".join(f"{name}：{fact}" for name, fact in facts(results).items())


def red(one: Mapping[str, Any]) -> list[str]:
    """因这个变异体判了违反的规格。"""
    return [spec for spec, seen in one["seen"].items() if seen["verdict"] == Outcome.VIOLATED.value]


def killers(mutants: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """每条规格 → 它抓住的错；一个也没抓住的不在里面。"""
    found: dict[str, list[str]] = {}
    for one in mutants:
        for spec in red(one):
            found.setdefault(spec, []).append(one["title"])
    return found
