"""一个文件夹的规格 → 全部意见；跨文件的规矩（编号与功能名唯一）也在这里。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from behave.model import Feature
from behave.parser import ParserError, parse_feature

from support.lint.finding import Finding
from support.lint.lines import check_text
from support.lint.scenarios import check_feature, scenarios_of, spec_ids

Parsed = dict[Path, Feature]


def feature_files(folder: Path) -> list[Path]:
    """文件夹里的全部规格；给的就是一份规格时只有它自己。"""
    return [folder] if folder.is_file() else sorted(folder.rglob("*.feature"))


def parse(path: Path) -> Feature:
    """解析一份规格；写坏时抛 ParserError。"""
    return parse_feature(path.read_text("utf-8"), language="zh-CN", filename=str(path))


def lint_features(folder: Path) -> list[Finding]:
    """检查文件夹（或一份文件）里的全部规格。"""
    findings: list[Finding] = []
    parsed: Parsed = {}
    for path in feature_files(folder):
        findings += [Finding(path, *remark) for remark in check_text(path.read_text("utf-8"))]
        try:
            feature = parse(path)
        except ParserError as problem:
            findings.append(
                Finding(path, problem.line or 1, "语法", f"读不懂：{problem.line_text}")
            )
            continue
        if feature is None:
            findings.append(Finding(path, 1, "语法", "没有功能"))
            continue
        parsed[path] = feature
        findings += [Finding(path, *remark) for remark in check_feature(feature)]
    return sorted([*findings, *_repeated(parsed)])


def _repeated(parsed: Parsed) -> Iterator[Finding]:
    """编号与功能名在整个文件夹里唯一；每一处重复都指向第一处。"""
    places: dict[tuple[str, str], list[tuple[Path, int]]] = defaultdict(list)
    for path, feature in parsed.items():
        places["重名", f"功能“{feature.name}”"].append((path, feature.line))
        for scenario in scenarios_of(feature):
            for one in spec_ids(scenario.tags):
                places["编号", f"编号 {one} "].append((path, scenario.line))
    for (rule, what), where in places.items():
        first, *others = where
        for path, line in others:
            yield Finding(path, line, rule, f"{what}已用在 {first[0].name}:{first[1]}")
