"""一个场景在报告里叫什么、归在哪里、凭什么认出它是同一个场景。

职责：从 behave 的场景取标题、分组、标签与历史编号。不做什么：不看结果，不写文件。
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allure_commons.mapping import parse_tag
from allure_commons.model2 import Label
from allure_commons.types import LabelType, Severity
from allure_commons.utils import md5

_SPEC_ID = re.compile(r"[A-Z]+-\d{2}\Z")
_EPICS = {
    "隔离": "隔离",
    "对话": "真实对话",
    "韧性": "韧性",
    "生命周期": "生命周期",
    "性能": "性能",
}
_FOLDERS = {
    "isolation": "隔离",
    "conversation": "真实对话",
    "resilience": "韧性",
    "lifecycle": "生命周期",
    "performance": "性能",
}
_LEVELS = {"核心": Severity.CRITICAL, "扩展": Severity.NORMAL}


@dataclass(frozen=True)
class Identity:
    """Allure 认历史的两个编号；与行号无关，同名场景也各是各的。"""

    full_name: str
    test_case: str
    history: str


def spec_id(tags: Iterable[str]) -> str:
    """规格编号（HIST-01）；没有编号的场景返回空串。"""
    return next((str(tag) for tag in tags if _SPEC_ID.match(tag)), "")


def rule_name(scenario: Any) -> str:
    """场景所在的规则；不在规则里返回空串。"""
    holder = scenario.parent
    while holder is not None and holder.type == "scenario_outline":
        holder = holder.parent
    return str(holder.name) if holder is not None and holder.type == "rule" else ""


def source_path(scenario: Any) -> str:
    """规格文件相对项目根的路径，一律用斜杠。"""
    return str(os.path.relpath(scenario.filename)).replace(os.sep, "/")


def _name_and_row(scenario: Any) -> tuple[str, str]:
    if scenario._row is None:
        return str(scenario.name), ""
    name, _, row = str(scenario.name).rpartition(" -- ")
    return name, row.lstrip("@").strip()


def shown_title(spec: str, name: str) -> str:
    """由结果里的编号与场景名得出 :func:`title` 给它的标题。"""
    base, mark, row = name.rpartition(" -- ")
    shown = f"{base}（例 {row.lstrip('@').strip()}）" if mark else name
    return f"{spec} {shown}".strip()


def title(scenario: Any) -> str:
    """标题：编号、场景名，大纲再带上是哪一行例子。"""
    name, row = _name_and_row(scenario)
    shown = f"{name}（例 {row}）" if row else name
    return f"{spec_id(scenario.tags)} {shown}".strip()


def epic(scenario: Any) -> str:
    """关注点：先看标签，再看目录，都不认得就是“其他”。"""
    for tag in all_tags(scenario):
        if tag in _EPICS:
            return _EPICS[tag]
    folders = source_path(scenario).split("/")[:-1]
    return next((_FOLDERS[name] for name in reversed(folders) if name in _FOLDERS), "其他")


def identities(scenarios: Iterable[Any]) -> dict[int, Identity]:
    """给一个文件里的全部场景编号，键是 ``id(场景)``。

    同文件里完全同名的用出现次序区分；每个工作进程都读整个文件，因此次序一致。
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = {}
    for scenario in scenarios:
        name, _ = _name_and_row(scenario)
        full_name = "#".join(filter(None, (source_path(scenario), rule_name(scenario), name)))
        row = scenario._row
        pairs = zip(row.headings, row.cells, strict=True) if row else ()
        cells = [f"{head}={cell}" for head, cell in pairs]
        same = (full_name, *cells)
        repeat = seen[same]
        seen[same] += 1
        case = md5(full_name, *([f"第 {repeat + 1} 个"] if repeat else []))
        found[id(scenario)] = Identity(full_name, case, md5(case, *cells))
    return found


def all_tags(scenario: Any) -> list[str]:
    """功能、规则、场景各级的标签，由外到内，不重复。"""
    chain, holder = [], scenario
    while holder is not None:
        # 大纲的标签已经代入到每一行里了。
        if holder.type != "scenario_outline":
            chain.append(holder)
        holder = holder.parent
    return list(dict.fromkeys(str(tag) for holder in reversed(chain) for tag in holder.tags))


def labels(scenario: Any, *, worker: str) -> list[Label]:
    """全部 Allure 标签；规格里的标签原样保留。"""
    tags = all_tags(scenario)
    own = [label for label in map(parse_tag, tags) if isinstance(label, Label)]
    rule, feature, group = rule_name(scenario), str(scenario.feature.name), epic(scenario)
    pairs = [
        (LabelType.EPIC, group),
        (LabelType.FEATURE, feature),
        (LabelType.STORY, rule),
        (LabelType.PARENT_SUITE, group),
        (LabelType.SUITE, feature),
        (LabelType.SUB_SUITE, rule),
        (LabelType.SEVERITY, _severity(tags)),
        (LabelType.HOST, "本次运行"),
        (LabelType.THREAD, f"工作进程 {worker}" if worker else "单进程"),
        (LabelType.FRAMEWORK, "behave"),
        (LabelType.LANGUAGE, "zh-CN"),
    ]
    named = {label.name for label in own}
    return own + [Label(name=k, value=v) for k, v in pairs if v and k not in named]


def _severity(tags: list[str]) -> str:
    # 离场景最近的级别说了算。
    found = next((_LEVELS[tag] for tag in reversed(tags) if tag in _LEVELS), Severity.NORMAL)
    return str(found.value)
