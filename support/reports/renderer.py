"""一份报告与写它的渲染器：渲染器照结果写好自己的文件，返回一句话。

职责：流水线两头的约定。不做什么：不写文件、不排次序。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.schemas import ResultsKind


@dataclass(frozen=True, slots=True)
class Report:
    """要写成报告的一份结果：哪一种、内容、放在哪个目录。

    `history` 是趋势图至多留几次；`page` 为假时不生成 Allure 网页。
    """

    kind: ResultsKind
    results: Mapping[str, Any]
    folder: Path
    history: int = 20
    page: bool = True


class NotWritten(Exception):
    """这一种这次不写，而且不是毛病（结果太旧、没有装 Node）；消息说明缘由与补法。"""


@dataclass(frozen=True, slots=True)
class Renderer:
    """一种报告。`render` 写好文件，返回要让人看见的话（没有要说的就是空串）。"""

    name: str
    render: Callable[[Report], str]
