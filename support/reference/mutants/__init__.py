"""变异体：一个文件一个错，文件名就是错的名字。

职责：按名字找到变异体。不做什么：不含任何错。
写一个新的：抄一个相邻的文件，写明标题、一句话（哪种真实的错）、破坏的性质、
必须抓住它的规格，再用 `support.reference.mutation` 的 `replace` 或 `rewrite` 换掉一个决定。
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from support.reference.mutation import Mutant

#: 没有哪种写错的服务能让它判“违反”的规格，与缘由。
EXEMPT: Mapping[str, str] = {}


def names() -> list[str]:
    """全部变异体的名字，按字母次序。"""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> Mutant:
    """按名字取一个；没有这个名字抛 ``ModuleNotFoundError``。"""
    mutant: Mutant = importlib.import_module(f"{__name__}.{name}").MUTANT
    return mutant
