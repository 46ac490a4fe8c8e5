"""结果的种类：一份 JSON 是规格的运行、压测还是变异检验，看它的格式名。

职责：格式名，以及每一种在报告目录里用的文件名，只写在这里。不做什么：不读文件。
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

_SUITE = "maibot-tenancy-spec"


class ResultsKind(str, Enum):
    """结果的种类；值是格式名里的那个词。"""

    RUN = "results"
    LOAD = "load"
    MUTATION = "mutants"

    @property
    def schema(self) -> str:
        """现在写出的格式名。"""
        return f"{_SUITE}/{self.value}/1"

    @property
    def file(self) -> str:
        """结果在运行目录里叫什么。"""
        return "mutants.json" if self is ResultsKind.MUTATION else "results.json"

    @property
    def latest(self) -> str:
        """报告目录里指向最近一次的名字。"""
        return f"{_PREFIX[self]}latest"

    @property
    def history(self) -> str:
        """报告目录里记着历次结果的文件。"""
        return f"{_PREFIX[self]}history.jsonl"


_PREFIX = {ResultsKind.RUN: "", ResultsKind.LOAD: "load-", ResultsKind.MUTATION: "mutants-"}


def kind_of(found: Mapping[str, Any]) -> ResultsKind | None:
    """一份 JSON 是哪一种结果；都不是返回 None。"""
    suite, _, rest = str(found.get("schema", "")).partition("/")
    word = rest.partition("/")[0]
    return next((kind for kind in ResultsKind if (suite, word) == (_SUITE, kind.value)), None)
