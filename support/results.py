"""结果：由场景记录与台账算出 results.json 的全部内容；报告只渲染，不再计算。

职责：汇总、对账、全局越界审计、退出码。纯函数，可离线重判。
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from support import metrics
from support.errors import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_UNDECIDED,
    EXIT_UNREACHABLE,
    EXIT_VIOLATED,
)
from support.known import State, settle
from support.model import Canary, Event, Kind, Known, Leak, Outcome, ScenarioRecord
from support.oracles import leaks as watch
from support.reports.wording import (
    describe_event,
    evidence_lines,
    reproduce_command,
    who,
)
from support.schemas import ResultsKind


@dataclass(frozen=True, slots=True)
class Run:
    """一次运行的来历。时长单位秒；`started` 是带时区的 ISO 时间。"""

    id: str
    seed: int
    mode: str
    started: str
    duration_s: float
    suite_version: str
    command: str
    target: Mapping[str, str]
    transport: str
    capabilities: tuple[str, ...]
    planned: int
    workers: int
    interrupted: bool
    startup_s: float
    patience_s: float
    concurrent_users: int
    tags: tuple[str, ...] = ()
    knobs: Mapping[str, str] = field(default_factory=dict)
    known: tuple[Known, ...] = ()
    notes: tuple[str, ...] = ()


def build(run: Run, records: Sequence[ScenarioRecord], events: Sequence[Event]) -> dict[str, Any]:
    """算出整份结果。台账是合并后的全部进程的台账，因此跨进程的越界也逃不掉。"""
    owners = watch.manifest(events)
    leaks, _ = watch.find_leaks(events, owners)
    tallies = metrics.tallies(events, leaks, patience=run.patience_s)
    ran = [record for record in records if record.verdict is not Outcome.SKIPPED]
    talks = _conversations(events)
    invalid = _invalid_reasons(run, records, tallies)
    known = settle(run.known, records)
    return {
        "schema": ResultsKind.RUN.schema,
        "run": _run_section(run, records, ran, tallies, invalid),
        "totals": {outcome.value: _count(records, outcome) for outcome in Outcome},
        "scenarios": [_scenario(record, run, events, owners, leaks, known) for record in records],
        "known": known,
        "tenants": [asdict(tally) for tally in tallies],
        "conversations": talks,
        "load": _load(run, records, events),
        "findings": _findings(leaks, records, events, owners),
        "leftovers": [
            {"resource": e.data["resource"], "id": e.data["id"], "reason": e.data["reason"]}
            for e in events
            if e.kind is Kind.LEFTOVER
        ],
        "notes": [*run.notes, *invalid],
    }


def _run_section(
    run: Run,
    records: Sequence[ScenarioRecord],
    ran: Sequence[ScenarioRecord],
    tallies: Sequence[metrics.Tally],
    invalid: Sequence[str],
) -> dict[str, Any]:
    section = asdict(run)
    section.pop("notes")
    section.pop("known")
    replied = sum(tally.replied for tally in tallies)
    return {
        **section,
        "target": dict(run.target),
        "capabilities": list(run.capabilities),
        "tags": list(run.tags),
        "ran": len(ran),
        "skipped": len(records) - len(ran),
        "valid": not invalid,
        "invalid_reasons": list(invalid),
        "setup_median_ms": _median_ms([r.setup_s for r in ran if r.setup_s > 0]),
        "teardown_median_ms": _median_ms([r.teardown_s for r in ran if r.teardown_s > 0]),
        "messages_per_s": replied / run.duration_s if run.duration_s else 0.0,
    }


def _median_ms(seconds: Sequence[float]) -> float | None:
    return round(statistics.median(seconds) * 1000, 2) if seconds else None


def _count(records: Sequence[ScenarioRecord], outcome: Outcome) -> int:
    return sum(record.verdict is outcome for record in records)


def _invalid_reasons(
    run: Run, records: Sequence[ScenarioRecord], tallies: Sequence[metrics.Tally]
) -> list[str]:
    reasons = []
    if all(record.verdict is Outcome.SKIPPED for record in records):
        reasons.append("一个场景也没有跑")
    elif len(records) != run.planned:
        reasons.append(f"计划 {run.planned} 个场景，有结论的是 {len(records)} 个")
    for tally in tallies:
        if tally.sent != tally.replied + tally.lost + tally.refused:
            reasons.append(f"{tally.tenant} 的账对不上：发送 ≠ 回复 + 丢失 + 拒绝")
    return reasons


def _scenario(
    record: ScenarioRecord,
    run: Run,
    events: Sequence[Event],
    owners: Mapping[str, Canary],
    leaks: Sequence[Leak],
    known: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    bad = [
        replace(verdict, leaks=tuple(x for x in leaks if x.event.seq in verdict.evidence))
        for verdict in record.verdicts
        if verdict.outcome is Outcome.VIOLATED
    ]
    return {
        "id": record.id,
        "feature": record.feature,
        "rule": record.rule,
        "name": record.name,
        "tags": list(record.tags),
        "location": record.location,
        "verdict": record.verdict.value,
        "duration_s": round(record.duration_s, 4),
        "setup_ms": round(record.setup_s * 1000, 2),
        "teardown_ms": round(record.teardown_s * 1000, 2),
        "reason": record.reason,
        "evidence": {
            "examined": sum(verdict.examined for verdict in record.verdicts),
            "events": record.events,
        },
        "violations": [
            {
                "claim": verdict.claim,
                "expected": verdict.expected,
                "actual": verdict.actual,
                "evidence": evidence_lines(verdict, events, owners),
            }
            for verdict in bad
        ],
        "reproduce": reproduce_command(record.location, seed=str(run.seed), knobs=run.knobs),
        "known": _known(record, known),
    }


def _known(record: ScenarioRecord, settled: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """名单上说到这个场景的那一条与它的下文。"""
    if record.known is None:
        return None
    row = asdict(record.known)
    state = next((one["state"] for one in settled if _same(one, row)), "")
    return {"since": row["since"], "reason": row["reason"], "link": row["link"], "state": state}


def _same(one: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return one["id"] == row["id"] and tuple(one["rows"]) == tuple(row["rows"])


def _conversations(events: Sequence[Event]) -> list[dict[str, Any]]:
    """每个场景里每段真实对话的账；同一段对话按（场景, 配置场景名）归拢。"""
    groups: dict[tuple[str, str], list[metrics.Exchange]] = defaultdict(list)
    for exchange in metrics.exchanges(events).values():
        scene = exchange.said.data.get("scene")
        if scene:
            groups[(exchange.said.scenario, scene)].append(exchange)
    rows = []
    for (scenario, scene), group in groups.items():
        first = group[0].said
        received = sum(bool(exchange.heard) for exchange in group)
        rows.append(
            {
                "scenario": scene,
                "spec": scenario.partition("#")[0],
                "tenant": first.by.tenant_name,
                "agent": first.by.agent,
                "platform": first.by.platform,
                "users": len({exchange.said.by.user for exchange in group}),
                "sent": len(group),
                "received": received,
                "success_rate": received / len(group),
                "duration_s": round(metrics.span(group), 4),
                "sources": dict(Counter(x.said.data.get("source", "未知") for x in group)),
            }
        )
    return rows


def _load(
    run: Run, records: Sequence[ScenarioRecord], events: Sequence[Event]
) -> dict[str, Any] | None:
    """多位用户同时开聊的合账；没有跑这样的场景就没有。"""
    crowded = {record.id for record in records if {"对话", "并发"} <= set(record.tags)}
    group = [
        exchange
        for exchange in metrics.exchanges(events).values()
        if exchange.said.scenario.partition("#")[0] in crowded
    ]
    if not group:
        return None
    received = sum(bool(exchange.heard) for exchange in group)
    seconds = metrics.span(group)
    return {
        "concurrent_users": run.concurrent_users,
        "sent": len(group),
        "received": received,
        "success_rate": received / len(group),
        "messages_per_s": received / seconds if seconds else 0.0,
        "duration_s": round(seconds, 4),
    }


def _findings(
    leaks: Sequence[Leak],
    records: Sequence[ScenarioRecord],
    events: Sequence[Event],
    owners: Mapping[str, Canary],
) -> list[dict[str, Any]]:
    """全部越界；只有发生在已知违反的场景里的才算已知，别处的都是新的。"""
    known = {record.location for record in records if record.verdict is Outcome.KNOWN}
    places = {e.scenario: e.data.get("location") for e in events if e.kind is Kind.BEGAN}
    return [
        {**_finding(leak, owners), "known": places.get(leak.event.scenario) in known}
        for leak in leaks
    ]


def _finding(leak: Leak, owners: Mapping[str, Canary]) -> dict[str, str]:
    owner, observer = leak.canary.owner, leak.observer
    return {
        "property": _property(leak),
        "owner": who(owner),
        "observer": who(observer),
        "surface": leak.surface.value,
        "evidence": describe_event(leak.event, owners, (leak,)),
        "scenario": leak.event.scenario.partition("#")[0],
    }


def _property(leak: Leak) -> str:
    """越界破坏了哪条性质（isolation-model 的 P 编号）：从大到小看差在哪一维。"""
    owner, observer = leak.canary.owner, leak.observer
    if owner.tenant != observer.tenant:
        return "P5" if leak.surface.value == "回复" else "P1"
    if owner.agent != observer.agent:
        return "P2"
    return "P4" if owner.platform != observer.platform else "P3"


def load_exit_code(results: Mapping[str, Any]) -> int:
    """一次压测的退出码：130 被打断；1 有违反；3 判不了；0 过关。"""
    if results["run"]["interrupted"]:
        return EXIT_INTERRUPTED
    codes = {Outcome.VIOLATED.value: EXIT_VIOLATED, Outcome.HELD.value: EXIT_OK}
    return codes.get(results["verdict"], EXIT_UNDECIDED)


def exit_code(results: Mapping[str, Any], records: Sequence[ScenarioRecord]) -> int:
    """退出码：130 被打断；否则按 1 违反、4 连不上、3 无法判定 的次序取最坏的。

    已知违反不算违反；但它消失了而名单还写着，与违反同样让运行失败。
    """
    if results["run"]["interrupted"]:
        return EXIT_INTERRUPTED
    fresh = [finding for finding in results["findings"] if not finding["known"]]
    vanished = [known for known in results["known"] if known["state"] == State.VANISHED.value]
    if fresh or vanished or results["totals"][Outcome.VIOLATED.value]:
        return EXIT_VIOLATED
    if any(record.unreachable for record in records):
        return EXIT_UNREACHABLE
    if results["totals"][Outcome.INCONCLUSIVE.value] or not results["run"]["valid"]:
        return EXIT_UNDECIDED
    return EXIT_OK
