"""全局附件：不属于哪一个场景的整页，挂在 Allure 报告的“全局附件”里。

职责：写进 Allure 结果目录。不做什么：不写页的内容。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import allure_commons
from allure_commons.logger import AllureFileLogger
from allure_commons.reporter import AllureReporter
from allure_commons.types import AttachmentType
from allure_commons.utils import uuid4


def attach_pages(results_dir: Path, pages: Mapping[str, str]) -> None:
    """`pages` 是标题 → 网页；重出报告时先去掉旧的。"""
    for old in results_dir.glob("*-globals.json"):
        old.unlink()
    with writing(results_dir) as reporter:
        for title, html in pages.items():
            reporter.global_attach_data(
                uuid4(), html, name=title, attachment_type=AttachmentType.HTML
            )


@contextmanager
def writing(results_dir: Path) -> Iterator[AllureReporter]:
    """其间写的 Allure 结果都落进 `results_dir`。"""
    logger = AllureFileLogger(str(results_dir))
    allure_commons.plugin_manager.register(logger)
    try:
        yield AllureReporter()
    finally:
        allure_commons.plugin_manager.unregister(logger)
