"""重判：只凭运行目录里的台账与场景记录，重新算出结果、重出报告。

职责：离线重判。不做什么：不连服务、不改台账。
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from support import results
from support.coverage import load_matrix, summary
from support.errors import ConfigError
from support.records import parse_known
from support.reports.html import mutation as detection
from support.reports.pipeline import publish, publish_detection, publish_load, write_results
from support.running.merge import merge

#: 压测结果的格式名；`support.load` 要 numpy，重出报告用不着。
_LOAD = "maibot-tenancy-spec/load/"


def rejudge(run_dir: Path, *, history_limit: int) -> int:
    """重判一次运行，返回它的退出码；趋势图至多留 `history_limit` 次运行。"""
    run_dir = run_dir.resolve()
    if (run_dir / detection.FILE).exists():
        return _redo_detection(run_dir, history_limit)
    path = run_dir / "results.json"
    if not path.exists():
        raise ConfigError(
            str(run_dir), found="没有 results.json", allowed="一次运行留下的目录",
            fix="例：python -m support report reports/latest",
        )  # fmt: skip
    before = json.loads(path.read_text(encoding="utf-8"))
    if before.get("schema", "").startswith(_LOAD):
        return _redo_load(run_dir, before, history_limit)
    wanted = {field.name for field in dataclasses.fields(results.Run)}
    kept = {name: value for name, value in before["run"].items() if name in wanted}
    notes = [note for note in before["notes"] if note not in before["run"]["invalid_reasons"]]
    known = tuple(map(parse_known, before.get("known", ())))
    run = results.Run(**{**kept, "known": known, "notes": tuple(notes)})
    folders = sorted((run_dir / "workers").iterdir(), key=lambda folder: int(folder.name))
    events, records = merge(folders)
    outcome = results.build(run, records, events)
    outcome["matrix"] = summary(load_matrix())
    write_results(run_dir / "results.json", outcome)
    for line in publish(run_dir, outcome, history_limit=history_limit):
        print(line)
    return results.exit_code(outcome, records)


def _redo_load(run_dir: Path, before: dict[str, Any], history_limit: int) -> int:
    """压测只重出报告：结论在当时已经定下，退出码照当时的。"""
    for line in publish_load(run_dir, before, history_limit=history_limit):
        print(line)
    if before["run"]["interrupted"]:
        return results.EXIT_INTERRUPTED
    codes = {"通过": results.EXIT_OK, "违反": results.EXIT_VIOLATED}
    return codes.get(before["verdict"], results.EXIT_UNDECIDED)


def _redo_detection(run_dir: Path, history_limit: int) -> int:
    """变异检验只重出报告：下场在当时已经判定。"""
    proof = json.loads((run_dir / detection.FILE).read_text(encoding="utf-8"))
    for line in publish_detection(run_dir, proof, history_limit=history_limit):
        print(line)
    return results.EXIT_OK
