"""出报告：一份结果写成文字、JUnit 与 Allure 网页，并让 latest 指向它。

职责：安排各种报告的次序与去处。不做什么：不计算；哪一种做不出来就如实说，不影响其余。
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.reports.junit import write_junit
from support.reports.matrix import attach_matrix
from support.reports.render import History, render_allure
from support.reports.text import render_text

#: Allure 装在虚拟环境旁边，由 run_integration_tests.py 备好。
TOOL_DIR = Path(__file__).resolve().parents[2] / ".venv" / "allure"


def write_results(path: Path, results: dict[str, Any]) -> None:
    """写 results.json。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def publish(run_dir: Path, results: dict[str, Any], *, history_limit: int) -> Iterator[str]:
    """写出全部报告，逐条给出要让人看见的话。"""
    text = render_text(results)
    (run_dir / "report.txt").write_text(text, encoding="utf-8")
    yield text
    write_junit(results, run_dir / "junit")
    attach_matrix(run_dir / "allure-results", results)
    rendered = render_allure(
        run_dir / "allure-results",
        run_dir / "allure.html",
        history=History(run_dir.parent / "history.jsonl", history_limit),
        results=results,
        tool_dir=TOOL_DIR,
    )
    _point_latest(run_dir)
    yield rendered.message
    yield f"全部文件：{run_dir}"


def _point_latest(run_dir: Path) -> None:
    """让 ``latest`` 指向这次运行；先建好再换上，两次运行同时收尾也不会缺。"""
    link = run_dir.parent / "latest"
    fresh = run_dir.parent / f".latest-{os.getpid()}"
    try:
        fresh.symlink_to(run_dir.name, target_is_directory=True)
        fresh.replace(link)
    except OSError:
        # 有些 Windows 不许建链接：写下目录名也能找到。
        (run_dir.parent / "latest.txt").write_text(run_dir.name + "\n", encoding="utf-8")
