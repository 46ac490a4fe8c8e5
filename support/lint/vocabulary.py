"""规格与句式对得上：每一步都有且只有一个句式接，每个句式都有规格在用。

职责：像 behave 一样载入 steps/，逐步配对。不做什么：不执行任何一步。
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from behave import register_type
from behave.model import Feature
from behave.parser import ParserError
from behave.runner_util import load_step_modules
from behave.step_registry import AmbiguousStep, registry

from support.lint.features import feature_files, parse
from support.lint.finding import Finding
from support.phrases import TYPES

_BARE = re.compile(r"\{[^{}:]*\}")
Definitions = dict[str, list[Any]]


def lint_steps(root: Path) -> list[Finding]:
    """检查 `root`/features 里的每一步与 `root`/steps 里的每个句式。"""
    try:
        definitions = load_definitions(root / "steps")
    except AmbiguousStep as problem:
        return [Finding(root / "steps", 0, "歧义", " ".join(str(problem).split()))]
    findings, used = _match(root / "features", definitions)
    for one in (one for kind in definitions.values() for one in kind):
        path, line = Path(one.location.filename).resolve(), one.location.line
        findings += [Finding(path, line, rule, text) for rule, text in _judge(one, used)]
    return sorted(findings)


def load_definitions(folder: Path) -> Definitions:
    """载入一个文件夹的句式；不影响本进程里已登记的句式。"""
    register_type(**TYPES)
    kept, registry.steps = registry.steps, {kind: [] for kind in registry.steps}
    try:
        load_step_modules([str(folder)])
        return registry.steps  # type: ignore[no-any-return]
    finally:
        registry.steps = kept


def _match(folder: Path, definitions: Definitions) -> tuple[list[Finding], set[int]]:
    """逐步配对：返回意见与用到的句式（按对象身份）；大纲的各行在同一步上只说一次。"""
    findings: dict[tuple[Path, int], Finding] = {}
    used: set[int] = set()
    for path in feature_files(folder):
        for step in _steps(path):
            candidates = definitions[step.step_type] + definitions["step"]
            found = [one for one in candidates if one.match(step.name)]
            used |= {id(one) for one in found}
            if len(found) != 1:
                finding = Finding(path, step.line, *_mismatch(step, found, candidates))
                findings.setdefault((path, step.line), finding)
    return list(findings.values()), used


def _steps(path: Path) -> Iterator[Any]:
    try:
        feature: Feature = parse(path)
    except ParserError:
        return  # lint_features 已经指出
    for scenario in feature.walk_scenarios() if feature else ():
        yield from scenario.all_steps


def _mismatch(step: Any, found: list[Any], candidates: list[Any]) -> tuple[str, str]:
    if found:
        places = "、".join(
            f"{Path(one.location.filename).name}:{one.location.line}" for one in found
        )
        return "歧义", f"“{step.name}”有 {len(found)} 个句式都接：{places}"
    patterns = [one.pattern for one in candidates]
    near = difflib.get_close_matches(step.name, patterns, n=1, cutoff=0.2)
    hint = f"；最像的句式：{near[0]}" if near else ""
    return "未定义", f"没有句式接“{step.keyword} {step.name}”{hint}"


def _judge(definition: Any, used: set[int]) -> Iterator[tuple[str, str]]:
    if id(definition) not in used:
        yield "未使用", f"没有规格用到“{definition.pattern}”"
    if _BARE.search(definition.pattern):
        yield "裸参数", f"“{definition.pattern}”里的参数都要写类型，否则会跨过引号"
    if not (definition.func.__doc__ or "").strip():
        yield "无说明", f"“{definition.pattern}”没有说明"
