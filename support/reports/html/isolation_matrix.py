"""隔离矩阵：性质 × 数据一页看完，每格是看守它的规格与这一次的裁决。

职责：把结果里的矩阵写成一页网页。不做什么：不计算覆盖，不改裁决。
"""

from __future__ import annotations

from html import escape
from typing import Any

TITLE = "隔离矩阵"
_COLOURS = {
    "通过": "#1a7f37", "违反": "#b91c1c", "已知违反": "#a21caf", "无法判定": "#9a6700",
    "跳过": "#6e7781",
}  # fmt: skip
_WORST = ("违反", "已知违反", "无法判定", "跳过", "通过")
_STYLE = """body{font:14px/1.6 sans-serif;margin:12px}table{border-collapse:collapse}
td,th{border:1px solid #d0d7de;padding:4px 8px;vertical-align:top;text-align:left}
th{background:#f6f8fa}span{display:inline-block;margin:1px;padding:0 6px;border-radius:8px;
color:#fff;font-size:12px}.none{color:#b0b6bc}th{width:16em}td:nth-of-type(1){white-space:nowrap}"""


def page(results: dict[str, Any]) -> str:
    """一页网页；没有跑到的规格写成“未跑”。"""
    matrix, verdicts = results["matrix"], _verdicts(results)
    rows = "".join(
        _rows(prop, meaning, matrix["guards"][prop], verdicts)
        for prop, meaning in matrix["properties"].items()
    )
    cells = matrix["cells"]
    note = (
        f"共 {cells['total']} 格（性质 × 数据 × 露面处 × 情形）：有规格 {cells['guarded']}，"
        f"写明缘由 {cells['reasoned']}，待写 {cells['planned']}，空着 {cells['open']}。"
        "空白格的缘由见 python -m support coverage --reasons。"
    )
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>'
        f"<p>{escape(note)}</p><table><tr><th>性质</th><th>数据</th><th>看守的规格</th></tr>{rows}</table>"
    )


def _verdicts(results: dict[str, Any]) -> dict[str, str]:
    """每条规格的裁决；大纲有多行时取最坏的一行。"""
    found: dict[str, str] = {}
    for scenario in results["scenarios"]:
        before = found.get(scenario["id"], "通过")
        found[scenario["id"]] = min(before, scenario["verdict"], key=_WORST.index)
    return found


def _rows(prop: str, meaning: str, guards: dict[str, list[str]], verdicts: dict[str, str]) -> str:
    """一种性质占几行：每种有规格看守的数据一行。"""
    guarded = {data: ids for data, ids in guards.items() if ids}
    head = f"<th rowspan={max(1, len(guarded))}>{prop} {escape(meaning)}</th>"
    if not guarded:
        return f'<tr>{head}<td class="none" colspan=2>还没有规格</td></tr>'
    lines = []
    for data, ids in guarded.items():
        badges = "".join(_badge(spec, verdicts.get(spec, "")) for spec in ids)
        lines.append(f"<tr>{head}<td>{escape(data)}</td><td>{badges}</td></tr>")
        head = ""
    return "".join(lines)


def _badge(spec: str, verdict: str) -> str:
    colour = _COLOURS.get(verdict, "#8c959f")
    return f'<span style="background:{colour}" title="{verdict or "未跑"}">{spec}</span>'
