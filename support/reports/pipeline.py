"""出报告：一份结果写成文字、JUnit 与 Allure 网页，并让 latest 指向它。

职责：安排各种报告的次序与去处。不做什么：不计算；哪一种做不出来就如实说，不影响其余。
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.conformance import files as conformance
from support.errors import ConfigError
from support.reports.allure import load
from support.reports.allure import resolved_known as vanished
from support.reports.allure.attachments import attach_pages
from support.reports.allure.generate import History, render_allure
from support.reports.allure.metadata import Cover, cover_of_run
from support.reports.html import comparison
from support.reports.html import isolation_matrix as matrix
from support.reports.html import mutation as detection
from support.reports.html.load import page as load_page
from support.reports.junit import write_junit
from support.reports.text.load import render_text as render_load
from support.reports.text.run import render_text

#: Allure 装在虚拟环境旁边，由 run_integration_tests.py 备好。
TOOL_DIR = Path(__file__).resolve().parents[2] / ".venv" / "allure"


def write_results(path: Path, results: dict[str, Any]) -> None:
    """写 results.json。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def publish(
    run_dir: Path, results: dict[str, Any], *, history_limit: int, page: bool = True
) -> Iterator[str]:
    """写一次运行的全部报告，逐条给出要让人看见的话；`page` 为假时不生成 Allure 网页。"""
    text = render_text(results)
    (run_dir / "report.txt").write_text(text, encoding="utf-8")
    yield text
    write_junit(results, run_dir / "junit")
    yield from _write_conformance(run_dir, results)
    vanished.mark(run_dir / "allure-results", results)
    attach_pages(run_dir / "allure-results", _pages(run_dir, results))
    cover = cover_of_run(results, run_dir)
    history = History(run_dir.parent / "history.jsonl", history_limit)
    yield _rendered(run_dir, cover, history, page=page)
    yield _conclude(run_dir, "latest")


def _write_conformance(run_dir: Path, results: dict[str, Any]) -> Iterator[str]:
    """公开的一份；规格太旧、分不出安全检查的那次运行写不了，别的报告照出。"""
    try:
        conformance.write(run_dir, results)
    except ConfigError as error:
        yield f"没有写合规报告：{error}"


def publish_detection(
    run_dir: Path, results: dict[str, Any], *, history_limit: int
) -> Iterator[str]:
    """写一次变异检验的全部报告，逐条给出要让人看见的话。"""
    detection.write_files(run_dir, results)
    yield detection.summary(results)
    shutil.rmtree(run_dir / "allure-results", ignore_errors=True)
    detection.write_allure(run_dir / "allure-results", results)
    history = History(run_dir.parent / "mutants-history.jsonl", history_limit)
    yield _render(run_dir, detection.cover(results, run_dir), history)
    yield _conclude(run_dir, detection.LATEST)


def publish_load(
    run_dir: Path, results: dict[str, Any], *, history_limit: int, page: bool = True
) -> Iterator[str]:
    """写一次压测的全部报告，逐条给出要让人看见的话；`page` 为假时不生成 Allure 网页。"""
    text = render_load(results)
    (run_dir / "report.txt").write_text(text, encoding="utf-8")
    yield text
    (run_dir / "load.html").write_text(load_page(results), encoding="utf-8")
    yield f"压测网页：{run_dir / 'load.html'}"
    shutil.rmtree(run_dir / "allure-results", ignore_errors=True)
    load.write_allure(run_dir / "allure-results", results)
    history = History(run_dir.parent / "load-history.jsonl", history_limit)
    yield _rendered(run_dir, load.cover(results, run_dir), history, page=page)
    yield _conclude(run_dir, load.LATEST)


def _rendered(run_dir: Path, cover: Cover, history: History, *, page: bool) -> str:
    if page:
        return _render(run_dir, cover, history)
    return f"没有要 Allure 网页；要看时：{cover.again}"


def _render(run_dir: Path, cover: Cover, history: History) -> str:
    return render_allure(
        run_dir / "allure-results",
        run_dir / "allure.html",
        history=history,
        cover=cover,
        tool_dir=TOOL_DIR,
    ).message


def _conclude(run_dir: Path, link: str) -> str:
    """让 `link` 指向这一次。"""
    _point(run_dir, link)
    return f"全部文件：{run_dir}"


def _pages(run_dir: Path, results: dict[str, Any]) -> dict[str, str]:
    """矩阵、放进来的目标对比，以及同一个报告目录里最近一次变异检验（有过才有）。"""
    pages = {matrix.TITLE: matrix.page(results), **comparison.attached(run_dir)}
    proof = detection.latest(run_dir.parent)
    return {**pages, detection.TITLE: detection.page(proof)} if proof else pages


def _point(run_dir: Path, name: str) -> None:
    """让 `name` 指向这次运行；先建好再换上，两次运行同时收尾也不会缺。"""
    link = run_dir.parent / name
    fresh = run_dir.parent / f".{name}-{os.getpid()}"
    try:
        fresh.symlink_to(run_dir.name, target_is_directory=True)
        fresh.replace(link)
    except OSError:
        # 有些 Windows 不许建链接：写下目录名也能找到。
        (run_dir.parent / f"{name}.txt").write_text(run_dir.name + "\n", encoding="utf-8")
