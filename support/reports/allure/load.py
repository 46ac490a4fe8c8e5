"""压测的 Allure 结果：作不作数、越界、每个过关条件各一个结果。

职责：把结论照抄成 Allure 的状态。不做什么：不判断：通过、违反、无法判定分别是绿、红、黄。
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allure_commons.model2 import Label, Status, StatusDetails, TestResult
from allure_commons.reporter import AllureReporter
from allure_commons.types import LabelType
from allure_commons.utils import md5, now, uuid4

from support.model import Outcome
from support.reports.allure.attachments import writing
from support.reports.allure.metadata import Category, Metadata
from support.reports.facts.load import TITLE, Conclusion, closing, conclusions, heading

_STATUS = {
    Outcome.HELD: Status.PASSED,
    Outcome.VIOLATED: Status.FAILED,
    Outcome.INCONCLUSIVE: Status.BROKEN,
}
_CATEGORIES: tuple[Category, ...] = (
    ("越界：看到了别人的话", "failed", "^越界"),
    ("没有过关", "failed", ""),
    (Outcome.INCONCLUSIVE.value, "broken", ""),
)


def metadata(results: Mapping[str, Any]) -> Metadata:
    """压测的元数据。"""
    run, totals = results["run"], results["totals"]
    facts = {
        "结论": results["verdict"],
        "强度": results["profile"]["described"],
        "被测目标": f"{run['target']['name']} {run['target']['version']}",
        "消息面": run["target"]["server_url"],
        "传输": run["transport"],
        "发送 / 回复": f"{totals.get('sent', 0)} / {totals.get('replied', 0)}",
        "本次无效": "；".join(run["invalid_reasons"]),
        "种子": str(run["seed"]),
        "开始": run["started"],
        "套件版本": run["suite_version"],
        "命令": run["command"],
    }
    return Metadata(
        name=f"麦麦多租户规约 · {TITLE} · {run['id']}",
        build=f"{TITLE} {run['id']}",
        facts={key: str(value) for key, value in facts.items() if value},
        categories=_CATEGORIES,
    )


def write(results_dir: Path, results: Mapping[str, Any]) -> None:
    """写全部结果文件，从前的先清掉。"""
    shutil.rmtree(results_dir, ignore_errors=True)
    with writing(results_dir) as reporter:
        for item in conclusions(results):
            _write(reporter, item, results)


def _write(reporter: AllureReporter, item: Conclusion, results: Mapping[str, Any]) -> None:
    key, ended, title = uuid4(), now(), results["profile"]["title"]
    told = [*heading(results), closing(results)]
    test = TestResult(
        uuid=key,
        name=item.name,
        fullName=f"{title} {item.group} {item.name}",
        testCaseId=md5(item.group, item.name),
        # 同一套强度的同一条，历次连成一线。
        historyId=md5("load", title, item.group, item.name),
        description="\n\n".join(told),
        start=ended - int(results["run"]["duration_s"] * 1000),
        status=_STATUS[item.verdict],
        labels=[Label(LabelType.EPIC, TITLE), Label(LabelType.FEATURE, item.group)],
        titlePath=[TITLE, item.group],
        statusDetails=StatusDetails(message=item.reason, trace=item.evidence or None),
    )
    reporter.schedule_test(key, test)
    test.stop = ended
    reporter.close_test(key)
