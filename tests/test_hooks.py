"""environment.py：behave 从不等待异步钩子，一旦写了 ``async def`` 就会静悄悄地什么也不做。"""

from __future__ import annotations

import ast
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parent.parent / "environment.py"
MAX_LINES = 60
BEHIND_THE_STAGE = ("cli", "client", "generator", "observer", "oracles", "reference", "runner")


def hook_problems(source: str) -> list[str]:
    """钩子的毛病：异步钩子，或引用了钩子用不着的模块。"""
    tree = ast.parse(source)
    problems = [
        f"第 {node.lineno} 行：{node.name} 不能是 async def"
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith(("before_", "after_"))
    ]
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        problems += [
            f"第 {node.lineno} 行：不引用 {name}"
            for name in names
            if name.startswith("support.") and name.split(".")[1] in BEHIND_THE_STAGE
        ]
    return problems


def test_hooks_are_plain_functions() -> None:
    source = ENVIRONMENT.read_text("utf-8")
    assert hook_problems(source) == []
    assert "def before_scenario(" in source


def test_environment_stays_small() -> None:
    assert len(ENVIRONMENT.read_text("utf-8").splitlines()) <= MAX_LINES


def test_the_check_can_fail() -> None:
    source = "from support.oracles import leak\nasync def before_all(context): ...\n"
    assert len(hook_problems(source)) == 2
