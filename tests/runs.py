"""端到端测试的家伙：像用户一样起一次运行，读它留下的东西。"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 400


@dataclass(frozen=True)
class Finished:
    """一次跑完的运行。"""

    code: int
    output: str
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        return json.loads((self.folder / "results.json").read_text("utf-8"))

    def verdicts(self, spec: str) -> set[str]:
        return {one["verdict"] for one in self.results["scenarios"] if one["id"] == spec}

    def total(self, column: str) -> int:
        return sum(tenant[column] for tenant in self.results["tenants"])


def start(reports: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "support", "--report-dir", str(reports), *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str], reports: Path, seen: str = "") -> Finished:
    output, _ = process.communicate(timeout=PATIENCE)
    return Finished(process.returncode, seen + output, (reports / "latest").resolve())


def run(reports: Path, *options: str) -> Finished:
    return finish(start(reports, *options), reports)


def run_until(
    reports: Path,
    line_has: str | Callable[[str], bool],
    act: Callable[[subprocess.Popen[str]], None],
    *options: str,
) -> Finished:
    """跑到输出里出现某句话时动一次手，再等它结束。"""
    process, seen = start(reports, *options), ""
    assert process.stdout is not None
    for line in process.stdout:
        seen += line
        if line_has(line) if callable(line_has) else line_has in line:
            act(process)
            return finish(process, reports, seen)
    raise AssertionError(f"直到结束也没有看到“{line_has}”：\n{seen}")


def load(reports: Path, *options: str) -> Finished:
    """跑一次压测；走主命令的门。"""
    return _of_load(run(reports, "--mode", "concurrent", *options), reports)


def load_until(
    reports: Path, answered: int, act: Callable[[subprocess.Popen[str]], None], *options: str
) -> Finished:
    """压测到实况里说已经答了 `answered` 句时动一次手，再等它结束。"""

    def enough(line: str) -> bool:
        told = re.search(r"秒：说 \d+，答 (\d+)", line)
        return told is not None and int(told[1]) >= answered

    done = run_until(reports, enough, act, "--mode", "concurrent", *options)
    return _of_load(done, reports)


def _of_load(done: Finished, reports: Path) -> Finished:
    """压测的目录自有名字，带着时刻；取最后一次的。"""
    folders = sorted(reports.glob("load-*"))
    return replace(done, folder=folders[-1]) if folders else done


def make_config(path: Path, *changes: tuple[str, str]) -> Path:
    """以默认配置为底，逐处改写成别的。"""
    text = (ROOT / "configs" / "embedded.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text, f"默认配置里没有“{old}”"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path
