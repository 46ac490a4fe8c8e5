"""behave 的钩子：建拆 World、收裁决。钩子一律是同步函数（异步的不会被等待）。"""

from __future__ import annotations

from contextlib import ExitStack

from behave import register_type

from support.errors import Inconclusive, SuiteError, Violation
from support.model import Outcome
from support.phrases import TYPES
from support.play.opening import open_stage
from support.reports.allure.evidence import attach_evidence
from support.running.plan import scene_of, step_errors

register_type(**TYPES)  # 要在步骤模块之前；behave 先引入本文件


def before_all(context):
    context.resources = ExitStack()
    context.stage = open_stage(context.config.userdata, context.resources)


def before_scenario(context, scenario):
    context.scene, context.entrance = scene_of(scenario), None
    if context.stage.interrupted:
        context.abort("被打断")
    reason = context.stage.reason_to_skip(scenario.effective_tags)
    if reason:
        scenario.skip(reason)
        return
    try:
        context.world = context.stage.enter(context.scene, scenario.skip)
    except SuiteError as error:
        context.entrance = error
        raise


def before_step(context, step):
    context.stage.step_begins()


def after_step(context, step):
    context.stage.step_ends()


def after_scenario(context, scenario):
    errors = step_errors(scenario, context.entrance)
    record = context.stage.leave(context.scene, errors, scenario.skip_reason or "")
    scenario.record = record
    attach_evidence(record, context.stage.scenario_events(), context.stage.canaries)
    if not errors and record.verdict is Outcome.VIOLATED:
        raise Violation(record.reason)
    if not errors and record.verdict is Outcome.INCONCLUSIVE:
        raise Inconclusive(record.reason)


def after_all(context):
    context.resources.close()
