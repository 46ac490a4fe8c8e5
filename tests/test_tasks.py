"""pyproject.toml 里的任务：个个叫得起来，用的词都是那个命令真有的，CONTRIBUTING.md 里都说到。"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TASKS: dict[str, Any] = PROJECT["tool"]["poe"]["tasks"]
STEPS = [(name, one["cmd"]) for name, task in TASKS.items() for one in task.get("sequence", [task])]


def _help(*words: str) -> str:
    command = [sys.executable, *words, "--help"]
    env = {**os.environ, "PYTHONUTF8": "1"}
    asked = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8")
    assert asked.returncode == 0, asked.stderr
    return asked.stdout


@pytest.mark.parametrize(("task", "command"), STEPS, ids=[name for name, _ in STEPS])
def test_the_command_of_a_task_knows_every_word_given_to_it(task: str, command: str) -> None:
    program, *words = shlex.split(command)
    assert program == "python", "用虚拟环境里的 python，换个系统也跑得起来"
    shown = _help(*words)
    plain = [word for word in words[2:] if re.fullmatch(r"[\w-]+", word)]
    assert [word for word in plain if word not in shown] == []


def test_the_task_runner_understands_them_all() -> None:
    shown = _help("-m", "poethepoet", "-C", str(ROOT))
    assert [task for task in TASKS if not re.search(rf"^  {task} +\S", shown, re.MULTILINE)] == []


def test_contributing_names_every_task_and_no_other() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert set(re.findall(r"\bpoe ([a-z][a-z-]*)", text)) == set(TASKS)
