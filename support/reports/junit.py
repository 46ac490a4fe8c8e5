"""JUnit：每个功能一份 XML，给持续集成读。

职责：把 results.json 里的场景逐个写成 testcase。不做什么：不增不减，不改判。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from support.known import describe, vanished
from support.model import Outcome

# 已知违反照 JUnit 的惯例（预期的失败）写成 skipped，带着全文：读它的流水线与退出码说法一致。
_CHILD = {
    Outcome.VIOLATED.value: "failure",
    Outcome.INCONCLUSIVE.value: "error",
    Outcome.SKIPPED.value: "skipped",
    Outcome.KNOWN.value: "skipped",
}
_COUNTERS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
_GONE = "已知违反消失了"
# XML 1.0 里不许出现的字符。
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(results: Mapping[str, Any], folder: Path) -> None:
    """在 `folder` 里写出全部 XML；旧的 ``TESTS-*.xml`` 先清掉，免得被一起数。"""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("TESTS-*.xml"):
        stale.unlink()
    features: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for scenario in results["scenarios"]:
        features[scenario["feature"]].append(scenario)
    for number, (feature, scenarios) in enumerate(features.items(), start=1):
        tree = ElementTree.ElementTree(_suite(feature, scenarios, results["run"]))
        ElementTree.indent(tree)
        readable = re.sub(r"[^\w-]+", "_", feature)
        name = f"TESTS-{number:02d}-{readable}.xml"
        tree.write(folder / name, encoding="utf-8", xml_declaration=True)


def _suite(
    feature: str, scenarios: list[dict[str, Any]], run: dict[str, Any]
) -> ElementTree.Element:
    kinds = [_kind(scenario) for scenario in scenarios]
    counters = {name: str(kinds.count(kind)) for name, kind in _COUNTERS.items()}
    seconds = sum(scenario["duration_s"] for scenario in scenarios)
    head = {"name": _legal(feature), "tests": str(len(scenarios)), **counters}
    times = {"time": f"{seconds:.3f}", "timestamp": str(run["started"])}
    suite = ElementTree.Element("testsuite", {**head, **times})
    suite.extend(_case(scenario) for scenario in scenarios)
    return suite


def _case(scenario: dict[str, Any]) -> ElementTree.Element:
    place = "/".join(filter(None, (scenario["feature"], scenario["rule"])))
    case = ElementTree.Element(
        "testcase",
        classname=_legal(place),
        name=_legal(f"{scenario['id']} {scenario['name']}".strip()),
        time=f"{scenario['duration_s']:.3f}",
        file=scenario["location"],
    )
    kind = _kind(scenario)
    if kind is not None:
        child = ElementTree.SubElement(case, kind, message=_legal(_headline(scenario)))
        if scenario["verdict"] != Outcome.SKIPPED.value:
            child.set("type", _GONE if vanished(scenario) else scenario["verdict"])
            child.text = _legal(_details(scenario))
    return case


def _kind(scenario: dict[str, Any]) -> str | None:
    return "failure" if vanished(scenario) else _CHILD.get(scenario["verdict"])


def _headline(scenario: dict[str, Any]) -> str:
    known = scenario.get("known")
    if known and vanished(scenario):
        return f"{_GONE}（{describe(known['since'], known['reason'])}），请从配置里删掉"
    if known:
        return f"{_claims(scenario)}（已知，{describe(known['since'], known['reason'])}）"
    return _claims(scenario)


def _claims(scenario: dict[str, Any]) -> str:
    claims = [violation["claim"] for violation in scenario["violations"]]
    return "；".join(claims) or scenario["reason"] or scenario["verdict"]


def _details(scenario: dict[str, Any]) -> str:
    lines = [scenario["reason"]]
    for violation in scenario["violations"]:
        lines += [violation["claim"], f"期望  {violation['expected']}"]
        lines += [f"实际  {violation['actual']}", *violation["evidence"]]
    return "\n".join(filter(None, [*lines, f"复现  {scenario['reproduce']}"]))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("�", text)
