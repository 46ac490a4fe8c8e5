"""判一次运行：只凭运行目录里的台账与场景记录算出结果；重判与当时走同一条路。

职责：合账、算结果，以及离线重出报告。不做什么：不连服务、不改台账。
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from support import results
from support.coverage import load_matrix, summary
from support.errors import EXIT_OK, ConfigError
from support.model import Event
from support.records import parse_known
from support.reports.pipeline import publish, write_results
from support.reports.renderer import Report
from support.running.merge import merge
from support.schemas import ResultsKind, kind_of


def judged(run: results.Run, folders: Iterable[Path]) -> tuple[dict[str, Any], int, list[Event]]:
    """合并各工作进程的账，算出整份结果、退出码与合并后的台账。"""
    events, records = merge(folders)
    outcome = {**results.build(run, records, events), "matrix": summary(load_matrix())}
    return outcome, results.exit_code(outcome, records), events


def rejudge(run_dir: Path, *, history_limit: int) -> int:
    """重出一次运行的报告，返回它的退出码；趋势图至多留 `history_limit` 次运行。"""
    run_dir = run_dir.resolve()
    found = _read(run_dir)
    kind = kind_of(found)
    if kind is ResultsKind.RUN:
        found, code = _rejudge(run_dir, found)
    elif kind is ResultsKind.LOAD:
        # 压测与变异检验的结论在当时已经定下，只重出报告。
        code = results.load_exit_code(found)
    elif kind is ResultsKind.MUTATION:
        code = EXIT_OK
    else:
        raise ConfigError(
            str(run_dir), key="schema", found=str(found.get("schema", "没有")),
            allowed="、".join(one.schema for one in ResultsKind),
            fix="给一次运行、压测或变异检验留下的目录",
        )  # fmt: skip
    return publish(Report(kind, found, run_dir, history_limit), print, code)


def _read(run_dir: Path) -> dict[str, Any]:
    names = (ResultsKind.MUTATION.file, ResultsKind.RUN.file)
    path = next((run_dir / name for name in names if (run_dir / name).exists()), None)
    if path is None:
        raise ConfigError(
            str(run_dir), found="没有 results.json", allowed="一次运行留下的目录",
            fix="例：python -m support report reports/latest",
        )  # fmt: skip
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _rejudge(run_dir: Path, before: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """照记录重算，改写 results.json。"""
    wanted = {field.name for field in dataclasses.fields(results.Run)}
    kept = {name: value for name, value in before["run"].items() if name in wanted}
    notes = [note for note in before["notes"] if note not in before["run"]["invalid_reasons"]]
    known = tuple(map(parse_known, before.get("known", ())))
    run = results.Run(**{**kept, "known": known, "notes": tuple(notes)})
    folders = sorted((run_dir / "workers").iterdir(), key=lambda folder: int(folder.name))
    outcome, code, _ = judged(run, folders)
    write_results(run_dir / ResultsKind.RUN.file, outcome)
    return outcome, code
