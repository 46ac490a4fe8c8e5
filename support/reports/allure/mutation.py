"""变异检验的 Allure 结果：每个变异体一个，步骤是各条规格在它上面的结论。

职责：把下场照抄成 Allure 的状态。不做什么：不判下场。
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allure_commons.model2 import Label, Status, StatusDetails, TestResult, TestStepResult
from allure_commons.reporter import AllureReporter
from allure_commons.types import LabelType
from allure_commons.utils import md5, now, uuid4

from support.model import Outcome
from support.reports.allure.attachments import writing
from support.reports.allure.metadata import Category, Metadata
from support.reports.facts.mutation import TITLE, facts

_STATUS = {
    "已杀": Status.PASSED, "误杀": Status.FAILED, "存活": Status.FAILED,
    "崩溃": Status.BROKEN, "无效": Status.BROKEN,
}  # fmt: skip
_CATEGORIES: tuple[Category, ...] = (
    ("存活：该红的没红", "failed", "^存活"),
    ("误杀：不该红的红了", "failed", "^误杀"),
    ("崩溃：出错而红，不算", "broken", "^崩溃"),
    ("无效：没有走到错处", "broken", "^无效"),
)


def metadata(results: Mapping[str, Any]) -> Metadata:
    """变异检验的元数据。"""
    run = results["run"]
    origin = {"种子": str(run["seed"]), "开始": run["started"], "套件版本": run["suite_version"]}
    return Metadata(
        name=f"麦麦多租户规约 · {TITLE} · {run['id']}",
        build=f"变异检验 {run['id']}",
        facts={**facts(results), **origin},
        categories=_CATEGORIES,
    )


def write(results_dir: Path, results: Mapping[str, Any]) -> None:
    """每个变异体写成一个 Allure 结果，从前的先清掉。"""
    shutil.rmtree(results_dir, ignore_errors=True)
    with writing(results_dir) as reporter:
        for one in results["mutants"]:
            _write_mutant(reporter, one, results["meaning"])


def _write_mutant(
    reporter: AllureReporter, one: Mapping[str, Any], meaning: Mapping[str, str]
) -> None:
    prop = one["properties"][0]
    feature, key, ended = f"{prop} {meaning[prop]}", uuid4(), now()
    test = TestResult(
        uuid=key,
        name=one["title"],
        fullName=one["name"],
        testCaseId=md5(one["name"]),
        historyId=md5("mutant", one["name"]),
        description=f"{one['story']}\n\n目录：{' '.join(one['catalogue']) or '自己想到的'}",
        start=ended - int(one["duration_s"] * 1000),
        status=_STATUS[one["fate"]],
        labels=[Label(LabelType.EPIC, TITLE), Label(LabelType.FEATURE, feature)],
    )
    test.titlePath = [TITLE, feature]
    if one["fate"] != "已杀":
        test.statusDetails = StatusDetails(message="\n".join((one["fate"], *one["reasons"])))
    test.steps = [_step(one, spec, seen) for spec, seen in one["seen"].items()]
    reporter.schedule_test(key, test)
    test.stop = ended
    reporter.close_test(key)


def _step(one: Mapping[str, Any], spec: str, seen: Mapping[str, Any]) -> TestStepResult:
    named = spec in one["killed_by"]
    wanted = "该红" if named else "该绿" if spec in one["spares"] else "连带"
    verdict = Outcome(seen["verdict"])
    fine = verdict is (Outcome.VIOLATED if named else Outcome.HELD) or wanted == "连带"
    head = seen["reason"].splitlines()[0] if seen["reason"] else ""
    return TestStepResult(
        name=f"{spec}（{wanted}）{seen['verdict']}{'：' if head else ''}{head}",
        status=Status.PASSED if fine else Status.FAILED,
        start=now(),
        stop=now(),
    )
