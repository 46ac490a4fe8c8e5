"""对比页：几个目标并排，结论不同的在最前，其余按功能折叠。

职责：把对比写成一页自足的网页，可以单独打开，也可以挂在 Allure 报告里。
不做什么：不比较、不改结论。
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.model import LEVELS
from support.reports.facts.comparison import FILE, TITLE, by_feature
from support.reports.html.components import render

#: 摊开来写、缘由写在格里的那一类；其余按功能折叠。
_OPEN = "结论不同"


def attached(run_dir: Path) -> str | None:
    """放进这次运行的对比页；没有放过就没有。"""
    path = run_dir / FILE
    return path.read_text(encoding="utf-8") if path.exists() else None


def page(found: Mapping[str, Any]) -> str:
    """整页网页。"""
    rows = {kind: [row for row in found["rows"] if row["kind"] == kind] for kind in found["totals"]}
    return render(
        "comparison",
        title=TITLE,
        open=_OPEN,
        levels=list(LEVELS),
        targets=found["targets"],
        labels=[one["label"] for one in found["targets"]],
        notes=found["notes"],
        sections=[(kind, by_feature(some), len(some)) for kind, some in rows.items()],
        checks=found["checks"],
    )
