"""pytest 的安排：久的先跑，几个进程才能一起收工；变异检验留下的目录从选项来。"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--battery", type=Path, help="一次全量变异检验留下的目录")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
