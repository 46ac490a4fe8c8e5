"""变异检验的文字报告：杀伤表，一行一个变异体。

职责：排版。不做什么：不判下场。
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.reports.facts.mutation import red


def table(results: Mapping[str, Any]) -> str:
    """文字的杀伤表：一行一个变异体。"""
    lines = []
    for one in results["mutants"]:
        lines.append(
            f"{one['fate']} {one['name']}  {one['title']}  红：{' '.join(red(one)) or '无'}"
        )
        lines += [f"      {reason}" for reason in one["reasons"]]
    return "\n".join(lines)
