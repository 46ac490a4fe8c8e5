"""封面：一份 Allure 报告叫什么、元数据写什么、红的怎样归类。

职责：把一次运行的结果写成封面。不做什么：不生成网页（`render`）。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.reports.wording import target_name, totals_line

#: 归类：名字、Allure 状态、消息的样子（空表示都算）。先合上的算数。
Category = tuple[str, str, str]
_RUN_CATEGORIES: tuple[Category, ...] = (
    ("已知违反消失了：从配置里删掉", "failed", "^已知违反消失了"),
    ("已知违反：配置里写明的", "failed", "^已知违反"),
    ("越界：看到了别人的话", "failed", "^越界"),
    ("其他违反", "failed", ""),
    ("无法判定", "broken", "^无法判定"),
    ("环境问题：没能跑完", "broken", ""),
    ("跳过", "skipped", ""),
)


@dataclass(frozen=True, slots=True)
class Cover:
    """封面。`name` 也是历次结果里认出这一次的名字；`facts` 是页首的元数据；`again` 补出网页。"""

    name: str
    build: str
    facts: Mapping[str, str]
    categories: tuple[Category, ...]
    again: str


def cover_of_run(results: Mapping[str, Any], run_dir: Path) -> Cover:
    """一次运行的封面。"""
    run = results["run"]
    return Cover(
        name=f"麦麦多租户规约 · {run['target']['kind']} · {run['id']}",
        build=f"运行 {run['id']}",
        facts=_facts(results),
        categories=_RUN_CATEGORIES,
        again=f"python -m support report {run_dir}",
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
