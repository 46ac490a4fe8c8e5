"""看结构的规矩：编号、标签、检查的记号、级别、骨架、对照、大纲、背景、缘由。

职责：一份解析好的规格 → 意见。不做什么：不看原文，不跨文件。
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from behave.model import Feature, ScenarioOutline

from support.disclosure import CAPABILITIES, CHECKS, TAG, is_listed
from support.lint import words
from support.lint.lines import Remark

MAX_STEPS, MAX_BACKGROUND, MAX_PARALLEL, MAX_COLUMNS, MAX_WHY = 6, 3, 2, 3, 3
_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")


def scenarios_of(feature: Feature) -> list[Any]:
    """全部场景与大纲（不展开）。"""
    return [*feature.scenarios, *(one for rule in feature.rules for one in rule.scenarios)]


def spec_ids(tags: Iterable[str]) -> list[str]:
    """标签里的规格编号。"""
    return [str(tag) for tag in tags if words.SPEC_ID.fullmatch(tag)]


def check_feature(feature: Feature) -> Iterator[Remark]:
    """一份规格的全部结构规矩。"""
    for check in _RULES:
        yield from check(feature)


def _shape(feature: Feature) -> Iterator[Remark]:
    if not 1 <= len(feature.description) <= MAX_WHY:
        yield feature.line, "缘由", f"功能之下用 1 到 {MAX_WHY} 行写为什么"
    if not scenarios_of(feature):
        yield feature.line, "结构", "一个场景也没有"
    for scenario in feature.scenarios:
        yield scenario.line, "结构", "每个场景都归在一条规则之下"
    for rule in feature.rules:
        if not rule.scenarios:
            yield rule.line, "结构", "这条规则没有场景"
    names = Counter(scenario.name for scenario in scenarios_of(feature))
    for scenario in scenarios_of(feature):
        if names[scenario.name] > 1:
            yield scenario.line, "重名", f"本功能有两个场景都叫“{scenario.name}”"


def _backgrounds(feature: Feature) -> Iterator[Remark]:
    for owner in (feature, *feature.rules):
        steps = owner.background.steps if owner.background else []
        if len(steps) > MAX_BACKGROUND:
            yield owner.background.line, "背景", f"背景至多 {MAX_BACKGROUND} 行"
        if any(step.step_type != "given" for step in steps):
            yield owner.background.line, "背景", "背景只交代状态，不写当与那么"


def _ids(feature: Feature) -> Iterator[Remark]:
    prefixes = set()
    for scenario in scenarios_of(feature):
        found = spec_ids(scenario.tags)
        prefixes |= {one.partition("-")[0] for one in found}
        if len(found) != 1:
            yield (
                scenario.line,
                "编号",
                f"每个场景恰好一个编号标签（如 @HIST-01），现有 {len(found)} 个",
            )
        for examples in _examples(scenario):
            if spec_ids(examples.tags):
                yield examples.line, "编号", "编号写在场景大纲上，不写在例子上"
    for owner in (feature, *feature.rules):
        if spec_ids(owner.tags):
            yield owner.line, "编号", "编号只写在场景上，报告会丢掉功能与规则上的"
    if len(prefixes) > 1:
        yield feature.line, "编号", f"一份规格的编号同一个前缀，现有 {'、'.join(sorted(prefixes))}"


def _tags(feature: Feature) -> Iterator[Remark]:
    owners = [feature, *feature.rules, *scenarios_of(feature)]
    owners += [one for scenario in scenarios_of(feature) for one in _examples(scenario)]
    for owner in owners:
        for tag in owner.tags:
            if not _known(tag):
                yield tag.line, "标签", f"没有 @{tag} 这个标签；可用的见 support/lint/words.py"


def _known(tag: str) -> bool:
    if tag.startswith(words.CAPABILITY):
        return tag.removeprefix(words.CAPABILITY) in words.CAPABILITIES
    return tag in words.TAGS or bool(words.SPEC_ID.fullmatch(tag))


def _checks(feature: Feature) -> Iterator[Remark]:
    """清单上的检查都带着记号，公开的报告才认得出；记号只认场景上的，规则上的报告会丢掉。"""
    for scenario in scenarios_of(feature):
        for one in spec_ids(scenario.tags):
            if is_listed(one) and TAG not in scenario.tags:
                why = CHECKS.get(one) or CHECKS[one.partition("-")[0]]
                yield scenario.line, "检查", f"{one} 查的是{why}，场景上添 @{TAG}"
        listed = any(map(is_listed, spec_ids(scenario.tags)))
        if TAG not in scenario.tags and not listed and (told := _checking(scenario)):
            yield scenario.line, "检查", f"写着“{told}”的是检查，场景上添 @{TAG}"
    owners = [feature, *feature.rules]
    owners += [one for scenario in scenarios_of(feature) for one in _examples(scenario)]
    for owner in owners:
        if TAG in owner.tags:
            yield owner.line, "检查", f"@{TAG} 写在场景上，不写在功能、规则、例子上"


def _checking(scenario: Any) -> str:
    """场景里头一处只有检查才用的说法或能力；没有就是空。"""
    wanted = [words.CAPABILITY + one for one in CAPABILITIES]
    needed = next((one for one in wanted if one in scenario.effective_tags), "")
    tables = [one.table for one in _examples(scenario) if one.table]
    cells = [cell for table in tables for row in table.rows for cell in row.cells]
    found = words.CHECKING.search("\n".join([_all_text(scenario), *cells]))
    return needed or (found.group() if found else "")


def _levels(feature: Feature) -> Iterator[Remark]:
    for scenario in scenarios_of(feature):
        variants = [scenario.effective_tags | set(one.tags) for one in _examples(scenario)]
        for tags in variants or [scenario.effective_tags]:
            if len(tags & words.LEVELS) != 1:
                yield scenario.line, "级别", "每个场景恰好一个级别：@核心 或 @扩展（可写在功能上）"


def _skeletons(feature: Feature) -> Iterator[Remark]:
    for scenario in scenarios_of(feature):
        if len(scenario.steps) > MAX_STEPS:
            yield (
                scenario.line,
                "篇幅",
                f"背景之外至多 {MAX_STEPS} 步，现有 {len(scenario.steps)} 步",
            )
        kinds = [kind for kind, _ in groupby(step.step_type for step in scenario.steps)]
        if kinds[-2:] != ["when", "then"] or kinds[:-2] not in ([], ["given"]):
            yield scenario.line, "骨架", "依次写假如（可省）、一组当、一组那么"
        if sum(step.keyword == "当" for step in scenario.steps) > MAX_PARALLEL:
            yield scenario.line, "骨架", "一个场景只说一件事；并列的当至多两行"


def _controls(feature: Feature) -> Iterator[Remark]:
    for scenario in scenarios_of(feature):
        results = [step.name for step in scenario.steps if step.step_type == "then"]
        if results and all(_is_negative(name) for name in results):
            yield scenario.line, "对照", "结果全是否定：服务坏了也会通过；加一行正面的对照"


def _is_negative(name: str) -> bool:
    told = words.QUOTED.sub("", name)
    return bool(words.NEGATIVE.search(told)) and not words.SELF_CONTROLLED.search(told)


def _outlines(feature: Feature) -> Iterator[Remark]:
    for scenario in scenarios_of(feature):
        used = set(_PLACEHOLDER.findall(_all_text(scenario)))
        if not isinstance(scenario, ScenarioOutline):
            if used:
                yield scenario.line, "大纲", f"<{used.pop()}> 只能写在场景大纲里"
            continue
        tables = [one.table for one in scenario.examples if one.table and one.table.rows]
        if not tables or len(tables) < len(scenario.examples):
            yield scenario.line, "大纲", "场景大纲要有例子，每份例子至少一行，否则一次也不跑"
        for table in tables:
            yield from ((table.line, "大纲", message) for message in _table(scenario, table, used))


def _table(outline: ScenarioOutline, table: Any, used: set[str]) -> Iterator[str]:
    heads = list(table.headings)
    if len(heads) > MAX_COLUMNS:
        yield f"例子至多 {MAX_COLUMNS} 列"
    if f"<{heads[0]}>" not in outline.name:
        yield f"第一列 <{heads[0]}> 要出现在大纲的名字里"
    for name in sorted(used - set(heads)):
        yield f"例子里没有 <{name}> 这一列"
    for name in sorted(set(heads) - used):
        yield f"没有哪一步用到 <{name}> 这一列"


def _all_text(scenario: Any) -> str:
    parts = [scenario.name]
    for step in scenario.steps:
        parts += [step.name, step.text or ""]
        parts += [cell for row in step.table or () for cell in row.cells]
    return "\n".join(parts)


def _examples(scenario: Any) -> list[Any]:
    return list(scenario.examples) if isinstance(scenario, ScenarioOutline) else []


_RULES: tuple[Callable[[Feature], Iterator[Remark]], ...] = (
    _shape,
    _backgrounds,
    _ids,
    _tags,
    _checks,
    _levels,
    _skeletons,
    _controls,
    _outlines,
)
