"""元数据：一份 Allure 报告叫什么、页首写什么、红的怎样归类。

职责：由一次运行的结果写出来。不做什么：不生成网页（`generate`）。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.model import Outcome
from support.reports.wording import target_name, totals_line

#: 归类：名字、Allure 状态、消息的样子（空表示都算）。先合上的算数。
Category = tuple[str, str, str]
_RUN_CATEGORIES: tuple[Category, ...] = (
    ("已知违反消失了：从配置里删掉", "failed", "^已知违反消失了"),
    (f"{Outcome.KNOWN.value}：配置里写明的", "failed", f"^{Outcome.KNOWN.value}"),
    ("越界：看到了别人的话", "failed", "^越界"),
    ("其他违反", "failed", ""),
    (Outcome.INCONCLUSIVE.value, "broken", f"^{Outcome.INCONCLUSIVE.value}"),
    ("环境问题：没能跑完", "broken", ""),
    (Outcome.SKIPPED.value, "skipped", ""),
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """`name` 也是历次结果里认出这一次的名字；`facts` 写在页首的“元数据”一栏。"""

    name: str
    build: str
    facts: Mapping[str, str]
    categories: tuple[Category, ...]


def of_run(results: Mapping[str, Any]) -> Metadata:
    """一次运行的元数据。"""
    run = results["run"]
    return Metadata(
        name=f"麦麦多租户规约 · {run['target']['kind']} · {run['id']}",
        build=f"运行 {run['id']}",
        facts=_facts(results),
        categories=_RUN_CATEGORIES,
    )


def _facts(results: Mapping[str, Any]) -> dict[str, str]:
    """出处：测的是什么、怎么测的、测了多少。"""
    run, totals = results["run"], results["totals"]
    target = run["target"]
    facts = {
        "被测目标": target_name(target),
        "本次无效": "；".join(run["invalid_reasons"]),
        "种子": run["seed"],
        "运行/计划": f"{run['ran']}/{run['planned']}",
        "裁决": totals_line(totals),
        "能力": "、".join(run["capabilities"]) or "无",
        "管理面": target["control_url"],
        "消息面": target["server_url"],
        "传输": run["transport"],
        "开始": run["started"],
        "套件版本": run["suite_version"],
        "命令": run["command"],
    }
    return {key: str(value) for key, value in facts.items() if value not in ("", None)}
