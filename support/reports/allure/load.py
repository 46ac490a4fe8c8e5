"""压测的 Allure 结果：作不作数、越界、每个过关条件各一个结果，再附上整页网页。

职责：把结论照抄成 Allure 的状态。不做什么：不判断：通过、违反、无法判定分别是绿、红、黄。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allure_commons.model2 import Label, Status, StatusDetails, TestResult
from allure_commons.reporter import AllureReporter
from allure_commons.types import LabelType
from allure_commons.utils import md5, now, uuid4

from support.reports.allure.attachments import attach_pages, writing
from support.reports.allure.metadata import Category, Cover
from support.reports.facts import load as extras
from support.reports.html.load import TITLE, page
from support.reports.text.load import closing, finding_line, heading

LATEST = "load-latest"
_STATUS = {"通过": Status.PASSED, "违反": Status.FAILED, "无法判定": Status.BROKEN}
_CATEGORIES: tuple[Category, ...] = (
    ("越界：看到了别人的话", "failed", "^越界"),
    ("没有过关", "failed", ""),
    ("无法判定", "broken", ""),
)


@dataclass(frozen=True, slots=True)
class Item:
    """一个结果：归在哪一类、叫什么、结论、缘由、证据。"""

    group: str
    name: str
    verdict: str
    reason: str
    evidence: str = ""


def items(results: Mapping[str, Any]) -> Iterator[Item]:
    """一次压测要分别下结论的事。"""
    yield _soundness(results)
    yield from _trespasses(results)
    for row in results["thresholds"]:
        yield Item("过关条件", row["text"], row["verdict"], f"实测 {row['actual']}")
    for title, section, details in extras.sections(results):
        yield Item(title, title, section["verdict"], section["reason"], "\n".join(details))


def _soundness(results: Mapping[str, Any]) -> Item:
    run = results["run"]
    if run["aborted"]:
        return Item("作不作数", "跑完全程", "违反", f"提前停下：{run['aborted']}")
    reasons = list(run["invalid_reasons"])
    if run["interrupted"]:
        reasons.insert(0, "被打断，只到打断为止")
    if reasons:
        return Item("作不作数", "跑完全程", "无法判定", "；".join(reasons))
    return Item("作不作数", "跑完全程", "通过", "账都对得上")


def _trespasses(results: Mapping[str, Any]) -> Iterator[Item]:
    """没有看见越界，也要扫过东西、这次作得了数，才算通过。"""
    scanned, foreign = results["scan"]["scanned"], results["totals"].get("foreign", 0)
    for found in results["findings"]:
        name = f"{found['observer']} 看见 {found['owner']} 的话（{found['surface']}）"
        yield Item("越界", name, "违反", finding_line(found), found["evidence"])
    if results["findings"]:
        return
    told = f"扫过 {scanned} 帧与提示词"
    if foreign:
        yield Item("越界", "没有越界", "违反", f"越界 {foreign} 次：回复送到了别处；{told}")
    elif not scanned or not results["run"]["valid"]:
        yield Item("越界", "没有越界", "无法判定", f"{told}，不足以说没有")
    else:
        yield Item("越界", "没有越界", "通过", told)


def cover(results: Mapping[str, Any], run_dir: Path) -> Cover:
    """压测的封面。"""
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
    return Cover(
        name=f"麦麦多租户规约 · {TITLE} · {run['id']}",
        build=f"{TITLE} {run['id']}",
        facts={key: str(value) for key, value in facts.items() if value},
        categories=_CATEGORIES,
        again=f"python -m support report {run_dir}",
    )


def write_allure(results_dir: Path, results: Mapping[str, Any]) -> None:
    """写全部结果文件，并附上网页。"""
    attach_pages(results_dir, {TITLE: page(results)})
    with writing(results_dir) as reporter:
        for item in items(results):
            _write(reporter, item, results)


def _write(reporter: AllureReporter, item: Item, results: Mapping[str, Any]) -> None:
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
