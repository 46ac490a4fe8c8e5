"""隔离矩阵：性质 × 数据一页看完，每格是看守它的规格与这一次的裁决。

职责：把结果里的矩阵写成一页网页。不做什么：不计算覆盖，不改裁决。
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.reports.facts.run import by_spec
from support.reports.html.components import render

TITLE = "隔离矩阵"
_NOT_RUN = "未跑"


def page(results: Mapping[str, Any]) -> str:
    """一页网页；没有跑到的规格写成“未跑”。"""
    matrix = results["matrix"]
    verdicts = {spec: outcome.value for spec, outcome in by_spec(results).items()}
    properties = [
        (name, meaning, _guarded(matrix["guards"][name], verdicts))
        for name, meaning in matrix["properties"].items()
    ]
    return render(
        "isolation_matrix", title=TITLE, note=_note(matrix["cells"]), properties=properties
    )


def _guarded(
    guards: Mapping[str, list[str]], verdicts: Mapping[str, str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """有规格看守的每种数据：看守它的规格与各自的裁决。"""
    return [
        (data, [(spec, verdicts.get(spec, _NOT_RUN)) for spec in specs])
        for data, specs in guards.items()
        if specs
    ]


def _note(cells: Mapping[str, int]) -> str:
    return (
        f"共 {cells['total']} 格（性质 × 数据 × 露面处 × 情形）：有规格 {cells['guarded']}，"
        f"写明缘由 {cells['reasoned']}，待写 {cells['planned']}，空着 {cells['open']}。"
        "空白格的缘由见 python -m support coverage --reasons。"
    )
