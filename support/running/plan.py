"""计划：这次要跑哪些场景。实跑与计划对不上就不是通过。

职责：用 behave 自己的解析器与标签表达式选场景；把 behave 的场景翻成 Scene。不做什么：不运行。
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from behave.configuration import Configuration
from behave.runner_util import collect_feature_locations, parse_features

from support.errors import ConfigError, SuiteError
from support.records import Scene

_ID = re.compile(r"[A-Z]+-\d{2,3}\Z")
_COMMA = re.compile("[,，、]")


def scene_of(scenario: Any) -> Scene:
    """Behave 的场景 → Scene；不在规则里的场景规则为空。"""
    holder = scenario.parent
    while holder is not None and holder.type == "scenario_outline":
        holder = holder.parent
    rule = holder.name if holder is not None and holder.type == "rule" else ""
    path = os.path.relpath(scenario.filename).replace(os.sep, "/")
    return Scene(
        id=next((str(tag) for tag in scenario.tags if _ID.match(tag)), ""),
        feature=str(scenario.feature.name),
        rule=str(rule),
        name=str(scenario.name),
        tags=_tags(scenario),
        location=f"{path}:{scenario.line}",
    )


def _tags(scenario: Any) -> tuple[str, ...]:
    """各级的标签，由外到内：同是级别，离场景近的在后。behave 自己的次序不固定。"""
    chain, holder = [], scenario
    while holder is not None:
        if holder.type != "scenario_outline":  # 大纲的标签已经代入到每一行里了
            chain.append(holder)
        holder = holder.parent
    return tuple(dict.fromkeys(str(tag) for holder in reversed(chain) for tag in holder.tags))


def step_errors(scenario: Any, entrance: BaseException | None) -> list[BaseException]:
    """一个场景里出的错：开幕的错、步骤抛出的异常、没有定义的句子。"""
    errors = [entrance] if entrance is not None else []
    for step in scenario.all_steps:
        if step.exception is not None:
            errors.append(step.exception)
        elif step.status.name in ("undefined", "pending"):
            errors.append(SuiteError(f"句子没有定义：{step.keyword}{step.name}"))
    return errors


def plan(root: Path, tags: Sequence[str], paths: Iterable[str] = ()) -> list[Scene]:
    """选出要跑的场景，按文件与行号的次序。`tags` 之间是“并且”。"""
    _refuse_commas(tags)
    arguments = [argument for tag in tags for argument in ("--tags", tag)]
    try:
        config = Configuration([*arguments, *paths], load_config=False)
    except Exception as error:
        raise ConfigError(
            "--tags",
            found="、".join(tags),
            allowed='behave 的标签表达式，例如 "@隔离 and not @慢"',
            fix=f"检查括号与 and/or/not（{error}）",
        ) from None
    locations = collect_feature_locations([*paths] or [str(root / "features")])
    features = parse_features(locations, language="zh-CN")
    return [
        scene_of(scenario)
        for feature in features
        for scenario in feature.walk_scenarios()
        if scenario.should_run(config)
    ]


def _refuse_commas(tags: Sequence[str]) -> None:
    """带逗号的表达式不收：behave 1.3 把“甲,乙”认作一个标签的名字，不选也不报错。"""
    wrong = next((tag for tag in tags if _COMMA.search(tag)), None)
    if wrong is not None:
        raise ConfigError(
            "--tags",
            found=wrong,
            allowed="用 and、or、not 连起来的标签，不用逗号",
            fix='任选其一写 "@隔离 or @韧性"，都不要写 "not (@隔离 or @韧性)"',
        )
