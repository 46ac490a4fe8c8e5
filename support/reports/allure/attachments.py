"""全局附件：不属于哪一个场景的整页，挂在 Allure 报告的“全局附件”里。

职责：写进 Allure 结果目录。不做什么：不写页的内容。
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import allure_commons
from allure_commons.logger import AllureFileLogger
from allure_commons.reporter import AllureReporter
from allure_commons.types import AttachmentType
from allure_commons.utils import uuid4


def attach(results_dir: Path, title: str, page: str | None) -> None:
    """挂上题为 `title` 的一页网页，换下从前的；`page` 为空就只拿掉从前的。"""
    for path in results_dir.glob("*-globals.json"):
        listed = json.loads(path.read_text(encoding="utf-8"))
        if [one["name"] for one in listed.get("attachments", ())] == [title]:
            (results_dir / listed["attachments"][0]["source"]).unlink(missing_ok=True)
            path.unlink()
    if page is None:
        return
    with writing(results_dir) as reporter:
        kind = AttachmentType.HTML
        reporter.global_attach_data(uuid4(), page, name=title, attachment_type=kind)


@contextmanager
def writing(results_dir: Path) -> Iterator[AllureReporter]:
    """其间写的 Allure 结果都落进 `results_dir`。"""
    logger = AllureFileLogger(str(results_dir))
    allure_commons.plugin_manager.register(logger)
    try:
        yield AllureReporter()
    finally:
        allure_commons.plugin_manager.unregister(logger)
