"""``python -m support vocabulary``：规格能用的全部句式与说法，写规格的人照着抄。

职责：从步骤的文档串与参数类型生成目录。不做什么：不检查规格。
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from support import phrases
from support.lint.vocabulary import load_definitions

_KEYWORDS = {"given": "假如", "when": "当", "then": "那么", "step": "假如 或 当"}
_NAMES = {
    "Text": "“…”",
    "Names": "“甲”、“乙”和“丙”",
    "Number": "〈数〉",
    "Speaker": "〈谁〉",
    "Speakers": "〈各位〉",
    "Key": "“租户”的〈密钥〉",
}
_HINTS = {
    "谁": "“租户”的“用户”，后面可加 在群“…”里、在“平台”上、对“智能体”",
    "各位": "“甲”和“乙”的“用户”…都；一位时同〈谁〉",
}


def catalogue(root: Path) -> Iterator[str]:
    """逐行给出目录：先句式（按 假如、当、那么），再各种说法。"""
    for kind, definitions in load_definitions(root / "steps").items():
        if definitions:
            yield f"── {_KEYWORDS[kind]} " + "─" * 40
        for definition in definitions:
            yield from _entry(definition)
    yield "── 说法 " + "─" * 40
    yield from (f"〈{name}〉  {hint}" for name, hint in _HINTS.items())
    for name, kind in inspect.getmembers(phrases, _is_word_list):
        words = " / ".join(member.value for member in kind)
        yield f"〈{_short(kind)}〉（{name}）  {words}"


def _entry(definition: Any) -> Iterator[str]:
    yield _readable(definition.pattern)
    for line in inspect.cleandoc(definition.func.__doc__ or "").splitlines():
        if line.strip():
            yield f"    {line.strip()}"
    yield ""


def _readable(pattern: str) -> str:
    """把 ``{speaker:Speaker}说过{words:Text}`` 写成 ``〈谁〉说过“…”``。"""
    return re.sub(r"\{\w+:(\w+)\}", lambda found: _shown(found.group(1)), pattern)


def _shown(type_name: str) -> str:
    return _NAMES.get(type_name) or f"〈{_short(getattr(phrases, type_name))}〉"


def _short(kind: type[Enum]) -> str:
    """一种说法的短名：取它文档串的头几个字。"""
    return (kind.__doc__ or kind.__name__).splitlines()[0].rstrip("。").partition("，")[0]


def _is_word_list(value: object) -> bool:
    return (
        inspect.isclass(value)
        and issubclass(value, Enum)
        and value is not Enum
        and value.__module__ == phrases.__name__
    )
