"""合规报告的内容：测的是谁、凭什么能力、核心与扩展各证明了多少、没证明的为什么。

职责：由 results.json 汇总，纯函数。不做什么：不改判、不落盘、不排版。
报告要拿出去给人看：密钥一律抹去，本机的路径与部署的地址不写；安全检查的细节由 `withhold` 收起。
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from support.config import CAPABILITIES
from support.conformance.withhold import FULL
from support.disclosure import TAG
from support.ledger import Redactor
from support.model import LEVELS, Outcome

SCHEMA = "maibot-tenancy-spec/conformance/2"
#: 从前的报告仍读得了：都是全文，场景不带检查的记号。
OLD_SCHEMA = "maibot-tenancy-spec/conformance/1"

#: 这些选项只关乎报告放哪里、跑多快，复现时不必照抄。
_OWN_OPTIONS = {"--report-dir", "--output", "--tags", "--seed", "--workers", "--log-level"}
_LOCAL_PATH = re.compile(r"/(?:tmp|home|root|Users|var|opt|mnt|srv|private)/[^\s'\"，。；：）]+")


def build(results: Mapping[str, Any]) -> dict[str, Any]:
    """整份报告，全文；公开的形式由 `withhold` 得出，校验由 `seal` 补上。"""
    run = results["run"]
    base = _command(run["command"])
    scenarios = [_scenario(one, base, run["seed"]) for one in results["scenarios"]]
    report = {
        "schema": SCHEMA,
        "form": FULL,
        "suite": {"name": "maibot-tenancy-spec", "version": run["suite_version"]},
        "target": _target(run),
        "run": {
            **{key: run[key] for key in ("id", "started", "duration_s", "seed", "mode")},
            "tags": list(run.get("tags", ())),
            "planned": run["planned"],
            "ran": run["ran"],
            "complete": not (gaps := _gaps(results)),
            "gaps": gaps,
            "batches": [_batch(one) for one in run.get("batches", ())],
            "contradictions": list(run.get("contradictions", ())),
        },
        "capabilities": {
            "supported": [c for c in CAPABILITIES.values() if c in run["capabilities"]],
            "unsupported": [c for c in CAPABILITIES.values() if c not in run["capabilities"]],
        },
        "levels": {level: _level(scenarios, level) for level in LEVELS},
        "scenarios": scenarios,
        "known": [dict(one) for one in results.get("known", ())],
        "leaks": _leaks(results["findings"]),
        "leftovers": len(results["leftovers"]),
        "reproduce": _reproduce(run),
    }
    cleaned: dict[str, Any] = _clean(Redactor().data(report))
    return cleaned


def _target(run: Mapping[str, Any]) -> dict[str, str]:
    """目标是谁；地址不写，那是部署自己的事。"""
    target = run["target"]
    return {
        "kind": target["kind"],
        "name": target["name"],
        "version": target["version"],
        "profile": target.get("profile", ""),
        "transport": run["transport"],
    }


def _batch(run: Mapping[str, Any]) -> dict[str, Any]:
    """分批跑的一批；命令在“复现”里。"""
    return {key: run[key] for key in ("id", "started", "duration_s", "tags", "planned", "ran")}


def _reproduce(run: Mapping[str, Any]) -> str:
    """整份怎样重跑；分批的一批一行。"""
    seed = ["--seed", str(run["seed"])]
    parts = run.get("batches") or [run]
    return "\n".join(shlex.join([*_command(one["command"]), *_tags(one), *seed]) for one in parts)


def _tags(run: Mapping[str, Any]) -> list[str]:
    return [word for tag in run.get("tags", ()) for word in ("--tags", tag)]


def _gaps(results: Mapping[str, Any]) -> list[str]:
    """为什么这不是一次完整的运行；完整的没有。"""
    run = results["run"]
    told = [f"只跑了模式 {run['mode']}"] if run["mode"] != "all" else []
    tags = run.get("tags") or ()
    told += [f"只跑了选中的标签：{'、'.join(tags)}"] if tags else []
    told += ["中途被打断"] if run["interrupted"] else []
    return [*told, *run["invalid_reasons"]]


def level_of(tags: Iterable[str]) -> str:
    """离场景最近的级别；没写的算扩展，不占核心的名分。"""
    return next((tag for tag in reversed(list(tags)) if tag in LEVELS), LEVELS[-1])


def _scenario(one: Mapping[str, Any], base: Sequence[str], seed: int) -> dict[str, Any]:
    command = [*base, "--tags", f"@{one['id']}", "--seed", str(seed)]
    return {
        **{key: one[key] for key in ("id", "name", "feature", "rule", "verdict", "reason")},
        "name": one["name"].strip(),
        "level": level_of(one["tags"]),
        "check": TAG in one["tags"],
        "examined": one["evidence"]["examined"],
        "known": one.get("known"),
        "violations": one["violations"],
        "reproduce": shlex.join(command),
    }


def _level(scenarios: Sequence[Mapping[str, Any]], level: str) -> dict[str, Any]:
    rows = [one for one in scenarios if one["level"] == level]
    verdicts = [one["verdict"] for one in rows]
    counts = {outcome.value: verdicts.count(outcome.value) for outcome in Outcome}
    return {
        "result": _result(counts),
        "counts": counts,
        "specs": len({one["id"] for one in rows}),
        "examined": sum(one["examined"] for one in rows),
    }


def _result(counts: Mapping[str, int]) -> str:
    """一个级别的结论。已知违反也是违反：写明了不等于符合。"""
    if counts[Outcome.VIOLATED.value] or counts[Outcome.KNOWN.value]:
        return "不符合"
    if not sum(counts.values()):
        return "没有跑"
    if counts[Outcome.INCONCLUSIVE.value] or not counts[Outcome.HELD.value]:
        return "未能证明"
    return "部分符合" if counts[Outcome.SKIPPED.value] else "符合"


def _leaks(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """越界按（场景、性质、在哪里看见）归拢：多少处，举一处为证。"""
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in findings:
        key = (one["scenario"], one["property"], one["surface"])
        group = groups.setdefault(
            key,
            {
                **dict(zip(("scenario", "property", "surface"), key, strict=True)),
                "known": one.get("known", False),
                "count": 0,
                "evidence": one["evidence"],
            },
        )
        group["count"] += 1
    return list(groups.values())


def _command(command: str) -> list[str]:
    """当时的命令去掉只关本机的选项；配置只留文件名。"""
    kept: list[str] = []
    words = iter(shlex.split(command))
    for word in words:
        name, given, value = word.partition("=")
        if name in _OWN_OPTIONS:
            if not given:
                next(words, None)
        elif name == "--config" and given:
            kept.append(f"--config={_short(value)}")
        else:
            kept.append(_short(word))
    return kept


def _short(word: str) -> str:
    return word.rpartition("/")[2] if word.startswith("/") else word


def _clean(value: Any) -> Any:
    """抹去本机的路径；API 的路径（/api/v2/…）不在其列。"""
    if isinstance(value, str):
        return _LOCAL_PATH.sub("（本机路径）", value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value
