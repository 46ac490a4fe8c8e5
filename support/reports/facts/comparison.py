"""对比的说法：叫什么、放进运行目录时的文件名、怎样按功能归拢。

职责：终端与网页共用的归拢。不做什么：不比较、不排版。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

TITLE = "目标对比"
FILE = "compare.html"


def by_feature(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """功能 → 它的各条规格，次序照原样。"""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["feature"]].append(row)
    return groups
