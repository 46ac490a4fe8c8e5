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
COMMANDS = [
    (name, one["cmd"]) for name, task in TASKS.items() for one in task.get("sequence", [task])
]


def _run(*words: str) -> str:
    env = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize(("task", "command"), COMMANDS, ids=[task for task, _ in COMMANDS])
def test_the_command_of_a_task_knows_every_word_given_to_it(task: str, command: str) -> None:
    python, module, *words = shlex.split(command)
    assert (python, module) == ("python", "-m"), "用虚拟环境里的 python，换个系统也跑得起来"
    shown = _run(*(word for word in words if not word.startswith("--")), "--help")
    plain = [word for word in words[1:] if re.fullmatch(r"[\w-]+", word)]
    assert [word for word in plain if word not in shown] == []


def test_the_task_runner_understands_them() -> None:
    """它先查全部任务的写法再跑一个；干跑便够。"""
    shown = _run("poethepoet", "--dry-run", "--directory", str(ROOT), "mutant", "name")
    assert "python -m support mutants --mutant name" in shown


def test_contributing_names_every_task_and_no_other() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert set(re.findall(r"\bpoe ([a-z][a-z-]*)", text)) == set(TASKS)
