"""证据：场景结束前，把对话、裁决、越界审计、提示词附到 Allure 结果上。

职责：挑出要附的内容，交给开着的 Allure 结果。不做什么：不裁决、不计数；没有 Allure
格式器在跑就什么也不做。附件用 HTML：实测只有它在单文件报告里能分栏、折叠、淡化口令。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.model import Canary, Event, Outcome, ScenarioRecord
from support.reports.wording import describe_event, explain, violation_text

__all__ = ["attach_evidence", "describe_event", "violation_text"]


def attach_evidence(
    record: ScenarioRecord, events: Sequence[Event], canaries: Mapping[str, Canary]
) -> None:
    """由 environment.after_scenario 在记录写好之后调用一次。"""
    import allure_commons
    from allure_commons.types import AttachmentType

    from support.reports.allure.formatter import SpecListener
    from support.reports.html.evidence import View, render_all

    plugins = allure_commons.plugin_manager.get_plugins()
    listener = next((p for p in plugins if isinstance(p, SpecListener) and p.is_open), None)
    if listener is None:
        return
    if record.verdict is not Outcome.HELD:
        listener.explanation = explain(
            record, events, canaries, seed=listener.seed, knobs=listener.knobs
        )
    for name, page in render_all(View(record, events, canaries)).items():
        listener.attach_data(page, name, AttachmentType.HTML, None)
