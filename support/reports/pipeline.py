"""流水线：一份结果交给一串渲染器，逐个写成报告，再让 latest 指向它。

职责：排次序、逐条说出结果、写不出的照实说。不做什么：不计算、不排版。
一种写不出，其余照写；那次运行不能算好，退出码至少是 3。盘满了不在其列：后面的也写不下。
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from support.errors import EXIT_OK, EXIT_UNDECIDED, SuiteError, is_full_disk
from support.records import describe
from support.reports.renderer import NotWritten, Renderer, Report
from support.reports.renderers import RENDERERS
from support.reports.wording import shorten

_PACKAGE = Path(__file__).resolve().parents[1]

Say = Callable[[str], object]


def write_results(path: Path, results: Mapping[str, Any]) -> None:
    """写 results.json（或 mutants.json）。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def plainly(console: Console) -> Say:
    """在终端上原样说一句：不折行、不上色、不认标记。"""
    return partial(console.print, highlight=False, soft_wrap=True, markup=False)


def publish(report: Report, say: Say, code: int) -> int:
    """写全部报告并指好 latest；`code` 是结论的退出码，有一种写不出时至少算没有做完。"""
    failed = render_each(report, RENDERERS[report.kind], say)
    _point(report.folder, report.kind.latest)
    say(f"全部文件：{report.folder}")
    return EXIT_UNDECIDED if failed and code == EXIT_OK else code


def render_each(report: Report, renderers: Sequence[Renderer], say: Say) -> tuple[str, ...]:
    """逐个写，各说各的；返回写不出的那几种的名字。"""
    failed = []
    for renderer in renderers:
        try:
            told = renderer.render(report)
        except NotWritten as reason:
            told = str(reason)
        except Exception as error:
            if is_full_disk(error):
                raise
            failed.append(renderer.name)
            told = f"报告“{renderer.name}”没有做出来：{_why(error)}"
        if told:
            say(told)
    return tuple(failed)


def _why(error: Exception) -> str:
    """套件自己的错误已经是完整的中文；别的是毛病，说出坏在套件的哪一行。"""
    if isinstance(error, SuiteError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)[1:]
    ours = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents]
    at = (ours or frames)[-1]
    return f"{shorten(describe(error), 300)}（{Path(at.filename).name} 第 {at.lineno} 行）"


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
