"""Allure 格式器：每个选中的场景恰好一个结果，状态照裁决如实写。

职责：补齐 allure-behave 丢掉或写错的部分（规则里的场景、钩子与清理出错、越界审计、
未选中的场景、跳过的原因）。不做什么：不裁决；结论取自 `scenario.record`，
没有记录（钩子先坏了）才照 behave 的状态写，且绝不写成通过。

单独使用：``python -m behave -f support.reports.allure:SpecAllureFormatter -o 目录``
"""

from __future__ import annotations

from typing import Any

import allure_commons
from allure_behave.formatter import AllureFormatter
from allure_behave.listener import AllureListener
from allure_behave.utils import TEST_PLAN_SKIP_REASON, is_planned_scenario, step_table
from allure_behave.utils import step_status as stock_step_status
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Link, Status, StatusDetails, TestStepResult
from allure_commons.types import AttachmentType, LinkType
from allure_commons.utils import format_exception, format_traceback, get_testplan, now, uuid4
from behave.formatter.base import Formatter

from support.errors import SuiteError, Violation
from support.model import Outcome, ScenarioRecord
from support.reports.allure import identity
from support.reports.wording import aimed, explain

_BY_OUTCOME = {
    Outcome.HELD: Status.PASSED,
    Outcome.VIOLATED: Status.FAILED,
    # 记过账的违反也是红的，只是单归一类。
    Outcome.KNOWN: Status.FAILED,
    Outcome.INCONCLUSIVE: Status.BROKEN,
    Outcome.SKIPPED: Status.SKIPPED,
}
_WHY_BROKEN = {
    "hook_error": "场景的前后处理出错",
    "cleanup_error": "场景收尾出错",
    "undefined": "有句子没有对应的步骤",
    "pending": "有步骤还没写完",
    "untested": "没有跑到这里",
    "error": "步骤出错",
}


class SpecListener(AllureListener):  # type: ignore[misc]
    """一个场景从开始到结束的 Allure 结果。

    `explanation` 由 :mod:`support.reports.allure.evidence` 在场景结束前填上，带证据的全文。
    """

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.seed = str(config.userdata.get("seed", ""))
        self.knobs = aimed(config.userdata)
        self.identities: dict[int, identity.Identity] = {}
        self.explanation = ""
        self.current_scenario_uuid: str | None = None
        self.current_step_uuid: str | None = None
        self._worker = str(config.userdata.get("worker", ""))

    @property
    def is_open(self) -> bool:
        """现在有没有一个场景开着，可以往上面附东西。"""
        return self.current_scenario_uuid is not None

    def start_scenario(self, scenario: Any) -> None:
        """开一个结果，换上我们自己的标题、编号与标签。"""
        self.steps.clear()
        self.explanation = ""
        super().start_scenario(scenario)
        test = self.logger.get_test(self.current_scenario_uuid)
        own = self.identities[id(scenario)]
        rule = identity.rule_name(scenario)
        test.name = identity.title(scenario)
        test.fullName = own.full_name
        test.testCaseId = own.test_case
        test.historyId = own.history
        test.labels = identity.labels(scenario, worker=self._worker)
        test.titlePath = [identity.epic(scenario), scenario.feature.name, *([rule] if rule else [])]

    def stop_scenario(self, scenario: Any) -> None:
        """写下结果；此时 after_scenario 与清理都已经跑完。"""
        self.flush_steps()
        test = self.logger.get_test(self.current_scenario_uuid)
        test.stop = now()
        test.status = status_of(scenario)
        test.statusDetails = self._details(scenario, test.status)
        record = record_of(scenario)
        if record is not None and record.known is not None and record.known.link:
            test.links.append(
                Link(type=LinkType.ISSUE, url=record.known.link, name=Outcome.KNOWN.value)
            )
        self.logger.close_test(self.current_scenario_uuid)
        self.group_context.append_test(self.current_scenario_uuid)
        self.group_context.exit()
        self.current_scenario_uuid = self.current_step_uuid = None

    def _details(self, scenario: Any, status: str) -> StatusDetails | None:
        if status == Status.PASSED:
            return None
        record = record_of(scenario)
        told = record is not None and _BY_OUTCOME[record.verdict] == status
        message = self.explanation if told else ""
        if told and record is not None and not message:
            message = explain(record, seed=self.seed, knobs=self.knobs)
        return StatusDetails(message=message or _behave_reason(scenario), trace=_trace(scenario))

    def start_behave_step(self, step: Any) -> None:
        """开一个步骤；表格与文段附在步骤上。"""
        self.current_step_uuid = uuid4()
        opened = TestStepResult(name=f"{step.keyword} {step.name}", start=now())
        self.logger.start_step(None, self.current_step_uuid, opened)
        if step.text:
            self.attach_data(step.text, "文段", AttachmentType.TEXT, None)
        if step.table:
            self.attach_data(step_table(step), "表格", AttachmentType.CSV, None)

    def stop_behave_step(self, result: Any) -> None:
        """收一个步骤；违反与套件自己的错误已经是完整的中文，不再带追溯。"""
        error = result.exception
        details = None
        if isinstance(error, (Violation, SuiteError)):
            details = StatusDetails(message=str(error))
        elif error is not None:
            details = StatusDetails(
                message=format_exception(type(error), error),
                trace=format_traceback(result.exc_traceback),
            )
        elif result.status.name == "undefined":
            details = StatusDetails(message=f"没有这样的步骤：{result.keyword} {result.name}")
        self.logger.stop_step(
            self.current_step_uuid, stop=now(), status=_step_status(result), statusDetails=details
        )


class SpecAllureFormatter(AllureFormatter):  # type: ignore[misc]
    """behave 的格式器，输出 Allure 结果文件。"""

    name = "allure"
    description = "Allure 结果（含规则里的场景，状态照裁决写）"

    def __init__(self, stream_opener: Any, config: Any) -> None:
        # 有意越过 AllureFormatter：它会登记自己的监听器，那样每个结果就有两份了。
        Formatter.__init__(self, stream_opener, config)
        self.listener = SpecListener(config)
        self.file_logger = AllureFileLogger(self.stream_opener.name)
        allure_commons.plugin_manager.register(self.listener)
        allure_commons.plugin_manager.register(self.file_logger)
        self.testplan = get_testplan()
        self._feature: Any = None
        self._selected: list[Any] = []

    def uri(self, uri: str) -> None:
        """换一个规格文件。"""
        super().uri(uri)
        self._feature, self._selected = None, []

    def feature(self, feature: Any) -> None:
        """只包住选中的场景，包括规则与大纲里的。"""
        scenarios = list(feature.walk_scenarios())
        self.listener.identities = identity.identities(scenarios)
        for scenario in scenarios:
            is_planned_scenario(scenario, self.testplan)
        self._feature = feature
        self._selected = [scenario for scenario in scenarios if self._is_selected(scenario)]
        for scenario in self._selected:
            scenario.run = allure_commons.test(scenario.run, context={"scenario": scenario})

    def _is_selected(self, scenario: Any) -> bool:
        # 按“文件:行”没选中的，behave 在开跑前就标成跳过，但不给原因。
        if scenario.should_skip:
            return bool(scenario.skip_reason) and scenario.skip_reason != TEST_PLAN_SKIP_REASON
        return bool(scenario.should_run(self.config))

    def eof(self) -> None:
        """功能或规则的前处理坏了，里面的场景根本没跑：逐个写成未能跑到。"""
        for scenario in self._selected:
            if scenario.status.name == "untested" and _broken_holder(scenario) is not None:
                self.listener.start_scenario(scenario)
                self.listener.stop_scenario(scenario)
        self._report_holders()
        super().eof()

    def _report_holders(self) -> None:
        holders = [self._feature, *self._feature.rules] if self._feature is not None else []
        for holder in holders:
            if holder.hook_failed:
                self.listener.global_error(f"“{holder.name}”{holder.error_message}", None)


def record_of(scenario: Any) -> ScenarioRecord | None:
    """环境为这个场景写的记录；钩子先坏了就没有。"""
    return getattr(scenario, "record", None)


def status_of(scenario: Any) -> str:
    """场景的 Allure 状态：裁决为准，但 behave 说坏了的绝不写成通过或跳过。"""
    record, behave = record_of(scenario), scenario.status
    if record is not None:
        told = _BY_OUTCOME[record.verdict]
        if told in (Status.FAILED, Status.BROKEN):
            return str(told)
        if not behave.has_failed() and behave.name != "untested":
            return str(told)
    return _behave_status(scenario)


def _behave_status(scenario: Any) -> str:
    name = scenario.status.name
    if name in ("passed", "failed", "skipped"):
        return str(name)
    if name == "untested" and scenario.was_dry_run:
        return str(Status.SKIPPED)
    return str(Status.FAILED if isinstance(scenario.exception, Violation) else Status.BROKEN)


def _behave_reason(scenario: Any) -> str:
    name = scenario.status.name
    if name == "skipped":
        return f"跳过：{scenario.skip_reason or '没有写明原因'}"
    if name == "untested" and scenario.was_dry_run:
        return "跳过：这是演练（--dry-run），没有真的跑"
    holder = _broken_holder(scenario)
    if holder is not None:
        return f"没有跑到：“{holder.name}”的前处理出错\n{holder.error_message}"
    step = next((step for step in scenario.all_steps if step.status.has_failed()), None)
    error = scenario.exception or (step.exception if step else None)
    if isinstance(error, (Violation, SuiteError)):
        return str(error)
    why = _WHY_BROKEN.get(name, "步骤没有通过")
    told = scenario.error_message or (step and (step.error_message or step.name)) or ""
    return f"{why}\n{told}".strip()


def _trace(scenario: Any) -> str | None:
    """只有意料之外的异常才带追溯。"""
    for statement in (scenario, *scenario.all_steps):
        error = statement.exception
        if error is not None and not isinstance(error, (Violation, SuiteError)):
            return str(format_traceback(statement.exc_traceback))
    return None


def _broken_holder(scenario: Any) -> Any:
    holder = scenario.parent
    while holder is not None:
        if getattr(holder, "hook_failed", False):
            return holder
        holder = holder.parent
    return None


def _step_status(step: Any) -> str:
    """步骤状态；behave 1.3 新添的几种错误状态 allure-behave 不认得。"""
    if step.exception is None and step.status.name in _WHY_BROKEN and step.status.has_failed():
        return str(Status.BROKEN)
    return str(stock_step_status(step) or Status.BROKEN)
