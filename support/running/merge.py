"""合账：把各工作进程的台账与场景记录并成一份。

职责：重编序号（证据随之改号）、合并、落盘。不做什么：不统计、不判断。
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from support.ledger import dump_event, read_events
from support.model import Event, ScenarioRecord
from support.records import read_records


def merge(folders: Iterable[Path]) -> tuple[list[Event], list[ScenarioRecord]]:
    """各进程的台账首尾相接；崩溃的进程写到哪里就并到哪里。"""
    events: list[Event] = []
    records: list[ScenarioRecord] = []
    for folder in folders:
        offset = len(events)
        path = folder / "ledger.jsonl"
        if path.exists():
            events += [_renumber(event, offset) for event in read_events(path)]
        records += [_shift(record, offset) for record in read_records(folder / "scenarios.jsonl")]
    return events, records


def _renumber(event: Event, offset: int) -> Event:
    cited = event.data.get("evidence")
    data = {**event.data, "evidence": [seq + offset for seq in cited]} if cited else event.data
    return replace(event, seq=event.seq + offset, data=data)


def _shift(record: ScenarioRecord, offset: int) -> ScenarioRecord:
    verdicts = tuple(
        replace(verdict, evidence=tuple(seq + offset for seq in verdict.evidence))
        for verdict in record.verdicts
    )
    return replace(record, verdicts=verdicts)


def write_ledger(path: Path, events: Iterable[Event]) -> None:
    """把合并后的台账写成一份 JSONL。"""
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(dump_event(event) + "\n" for event in events)
