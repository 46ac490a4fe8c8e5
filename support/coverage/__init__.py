"""覆盖矩阵：性质 × 数据 × 露面处 × 情形，每一格写明由哪些规格看守，或为什么不必、看不见。

职责：读 features/coverage.toml、展开成格、与规格编号两头对账。不做什么：不渲染、不判断。
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli

from support.errors import ConfigError

MATRIX = Path(__file__).resolve().parents[2] / "features" / "coverage.toml"
_AXES = ("property", "data", "surface", "condition")

Cell = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """展开之后的矩阵：有规格看守的格、写明缘由的格、还空着的格。"""

    axes: Mapping[str, tuple[str, ...]]
    meaning: Mapping[str, str]
    guarded: Mapping[Cell, tuple[str, ...]]
    reasoned: Mapping[Cell, str]
    planned: Mapping[Cell, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """格子总数。"""
        count = 1
        for axis in _AXES:
            count *= len(self.axes[axis])
        return count

    def open_cells(self) -> list[Cell]:
        """既没有规格也没有缘由的格。"""
        known = {*self.guarded, *self.reasoned, *self.planned}
        properties, data, surfaces, conditions = (self.axes[axis] for axis in _AXES)
        cells = itertools.product(properties, data, surfaces, conditions)
        return [cell for cell in cells if cell not in known]

    def ids(self) -> set[str]:
        """矩阵里提到的全部规格编号。"""
        return {spec for specs in self.guarded.values() for spec in specs}

    def ids_of(self, prop: str) -> frozenset[str]:
        """看守一种性质的全部规格。"""
        return frozenset(
            spec for cell, specs in self.guarded.items() if cell[0] == prop for spec in specs
        )

    def ids_at(self, prop: str, data: str) -> tuple[str, ...]:
        """看守一种性质、一种数据的全部规格，不分露面处与情形。"""
        found = {
            spec
            for cell, specs in self.guarded.items()
            if cell[:2] == (prop, data)
            for spec in specs
        }
        return tuple(sorted(found))

    def counts(self, prop: str) -> tuple[int, int, int]:
        """一种性质的 (有规格, 有缘由, 待写) 格数。"""
        by = Counter(
            kind
            for kind, cells in (
                ("guarded", self.guarded), ("reasoned", self.reasoned), ("planned", self.planned),
            )
            for cell in cells
            if cell[0] == prop
        )  # fmt: skip
        return by["guarded"], by["reasoned"], by["planned"]


def load_matrix(path: Path = MATRIX) -> Matrix:
    """读矩阵；写错的词、写空的格都用中文指出来。"""
    raw = tomli.loads(path.read_text(encoding="utf-8"))
    properties: dict[str, str] = raw["properties"]
    axes = {
        "property": tuple(properties),
        "data": tuple(raw["data"]),
        "surface": tuple(raw["surfaces"]),
        "condition": tuple(raw["conditions"]),
    }
    guarded: dict[Cell, tuple[str, ...]] = {}
    for row in raw.get("cell", []):
        for cell in _expand(path, row, axes):
            guarded[cell] = tuple(dict.fromkeys((*guarded.get(cell, ()), *row["ids"])))
    reasoned = _explained(path, raw.get("blank", []), axes, taken=guarded)
    planned = _explained(path, raw.get("planned", []), axes, taken={**guarded, **reasoned})
    return Matrix(axes, properties, guarded, reasoned, planned)


def _explained(
    path: Path,
    rows: Iterable[Mapping[str, Any]],
    axes: Mapping[str, tuple[str, ...]],
    *,
    taken: Mapping[Cell, object],
) -> dict[Cell, str]:
    found: dict[Cell, str] = {}
    for row in rows:
        for cell in _expand(path, row, axes):
            if cell not in taken:
                found.setdefault(cell, row["reason"])
    return found


def _expand(
    path: Path, row: Mapping[str, Any], axes: Mapping[str, tuple[str, ...]]
) -> Iterable[Cell]:
    """一行可以写几个词，不写的轴表示全部。"""
    chosen = []
    for axis in _AXES:
        words = row.get(axis, list(axes[axis]))
        for word in words:
            if word not in axes[axis]:
                raise ConfigError(
                    str(path),
                    key=axis,
                    found=str(word),
                    allowed="、".join(axes[axis]),
                    fix="改用上面的词",
                )
        chosen.append(words)
    properties, data, surfaces, conditions = chosen
    yield from itertools.product(properties, data, surfaces, conditions)


def summary(matrix: Matrix) -> dict[str, Any]:
    """写进 results.json 的那一份：每种性质、每种数据由哪些规格看守，各类格子有多少。"""
    return {
        "properties": dict(matrix.meaning),
        "data": list(matrix.axes["data"]),
        "guards": {
            prop: {data: list(matrix.ids_at(prop, data)) for data in matrix.axes["data"]}
            for prop in matrix.meaning
        },
        "cells": {
            "total": matrix.total,
            "guarded": len(matrix.guarded),
            "reasoned": len(matrix.reasoned),
            "planned": len(matrix.planned),
            "open": len(matrix.open_cells()),
        },
    }


def disagreements(matrix: Matrix, specs: Iterable[str]) -> list[str]:
    """矩阵与规格对不上的地方；空表示两头一致。"""
    written, mentioned = set(specs), matrix.ids()
    problems = [f"{spec} 没有进矩阵" for spec in sorted(written - mentioned)]
    problems += [f"矩阵里的 {spec} 没有这条规格" for spec in sorted(mentioned - written)]
    problems += [f"空着：{' · '.join(cell)}" for cell in matrix.open_cells()]
    return problems
