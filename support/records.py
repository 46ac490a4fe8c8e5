"""场景记录：一个场景的全部裁决怎样合成一个结论，以及记录的存取。

职责：纯函数与 JSON 存取。不做什么：不收发、不渲染。
合成次序：违反 > 无法判定 > 通过；没有任何裁决的场景不是通过。
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from support.errors import TargetUnreachable, Violation
from support.model import Event, Kind, Known, Outcome, ScenarioRecord, Verdict


@dataclass(frozen=True, slots=True)
class Scene:
    """正要上演的场景：规格编号、功能、规则、名字、标签、位置（``features/…:行``）。"""

    id: str
    feature: str
    rule: str
    name: str
    tags: tuple[str, ...]
    location: str


def conclude(
    scene: Scene,
    *,
    errors: Sequence[BaseException],
    verdicts: Sequence[Verdict],
    skipped: str,
    duration_s: float,
    setup_s: float,
    teardown_s: float,
    events: int,
    known: Known | None = None,
) -> ScenarioRecord:
    """由步骤的异常与全部裁决得出场景的结论；`known` 是配置里说到它的那条已知违反。

    已知的只把“违反”改说成“已知违反”；通过、无法判定、跳过都照原样，免得盖住别的事。
    """
    outcome, reason = _outcome(errors, verdicts, skipped)
    if known is not None and outcome is Outcome.VIOLATED:
        outcome = Outcome.KNOWN
    return ScenarioRecord(
        id=scene.id,
        feature=scene.feature,
        rule=scene.rule,
        name=scene.name,
        tags=scene.tags,
        location=scene.location,
        verdict=outcome,
        duration_s=duration_s,
        setup_s=setup_s,
        teardown_s=teardown_s,
        reason=reason,
        unreachable=any(isinstance(error, TargetUnreachable) for error in errors),
        verdicts=tuple(verdicts),
        events=events,
        known=known,
    )


def _outcome(
    errors: Sequence[BaseException], verdicts: Sequence[Verdict], skipped: str
) -> tuple[Outcome, str]:
    violated = [v.claim for v in verdicts if v.outcome is Outcome.VIOLATED]
    violated += [str(e) for e in errors if isinstance(e, Violation) and not violated]
    if violated:
        return Outcome.VIOLATED, violated[0]
    if skipped:
        return Outcome.SKIPPED, skipped
    if errors:
        return Outcome.INCONCLUSIVE, describe(errors[0])
    doubtful = [v.claim for v in verdicts if v.outcome is Outcome.INCONCLUSIVE]
    if doubtful:
        return Outcome.INCONCLUSIVE, doubtful[0]
    if not any(v.outcome is Outcome.HELD for v in verdicts):
        return Outcome.INCONCLUSIVE, "没有作出任何裁决"
    return Outcome.HELD, ""


def describe(error: BaseException) -> str:
    """异常的一句话：自家的异常已是中文，别的带上类型名。"""
    if isinstance(error, KeyboardInterrupt):
        return "运行被打断"
    if type(error).__module__ == "support.errors":
        return str(error)
    return f"套件出错 {type(error).__name__}：{error}"


def setup_seconds(events: Sequence[Event]) -> float:
    """开通租户花的秒数：从场景开始到第一句话之前最后一样东西建成。"""
    if not events:
        return 0.0
    last = events[0].mono
    for event in events:
        if event.kind is Kind.SAID:
            break
        if event.kind is Kind.CREATED:
            last = event.mono
    return last - events[0].mono


def dump_record(record: ScenarioRecord) -> str:
    """写成一行 JSON；越界的细节留在台账，重判时从台账得出。"""
    row = asdict(record)
    for verdict in row["verdicts"]:
        verdict.pop("leaks")
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def parse_record(line: str) -> ScenarioRecord:
    """读回 :func:`dump_record` 写的一行。"""
    row: dict[str, Any] = json.loads(line)
    row["verdict"] = Outcome(row["verdict"])
    row["tags"] = tuple(row["tags"])
    row["known"] = parse_known(row["known"]) if row.get("known") else None
    row["verdicts"] = tuple(
        Verdict(**{**v, "outcome": Outcome(v["outcome"]), "evidence": tuple(v["evidence"])})
        for v in row["verdicts"]
    )
    return ScenarioRecord(**row)


def parse_known(row: Mapping[str, Any]) -> Known:
    """读回一条已知违反；多出来的键（例如它这次的下文）不算。"""
    facts = {name: row[name] for name in ("id", "since", "reason", "link")}
    return Known(**facts, rows=tuple(row["rows"]))


def read_records(path: Path) -> Iterator[ScenarioRecord]:
    """读回一个进程写下的场景记录；没有文件就是一个也没跑完。"""
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.endswith("\n"):
                    yield parse_record(line)
