"""全部渲染器：每一种结果写成哪几种报告，按什么次序。

职责：唯一的一份名单。不做什么：不写内容；各种报告的内容在各自的模块里。
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from support.conformance import files as conformance
from support.conformance.markdown import render as conformance_page
from support.errors import ConfigError
from support.reports import junit
from support.reports.allure import attachments, generate, resolved_known
from support.reports.allure import load as allure_load
from support.reports.allure import mutation as allure_mutation
from support.reports.allure.metadata import Metadata, of_run
from support.reports.allure.node import TOOL_DIR
from support.reports.facts import comparison as comparison_facts
from support.reports.facts import load as load_facts
from support.reports.facts import mutation as mutation_facts
from support.reports.html import comparison, isolation_matrix
from support.reports.html import load as load_page
from support.reports.html import mutation as mutation_page
from support.reports.renderer import NotWritten, Renderer, Report
from support.reports.text import load as load_text
from support.reports.text import mutation as mutation_text
from support.reports.text import run as run_text
from support.schemas import ResultsKind

#: GitHub 给每一步备好的文件，写进去的 Markdown 显示在那次作业的首页。
_JOB_SUMMARY = "GITHUB_STEP_SUMMARY"

Words = Callable[[Mapping[str, Any]], str]


def _text(write: Words, report: Report) -> str:
    text = write(report.results)
    (report.folder / "report.txt").write_text(text, encoding="utf-8")
    return text


def _mutation_text(report: Report) -> str:
    told = mutation_facts.summary(report.results)
    text = f"{told}\n\n{mutation_text.table(report.results)}\n"
    (report.folder / "mutants.txt").write_text(text, encoding="utf-8")
    return told


def _load_page(report: Report) -> str:
    path = report.folder / "load.html"
    path.write_text(load_page.page(report.results), encoding="utf-8")
    return f"压测网页：{path}"


def _junit(report: Report) -> str:
    junit.write_junit(report.results, report.folder / "junit")
    return f"JUnit：{report.folder / 'junit'}"


def _conformance(report: Report) -> str:
    page, _ = conformance.write_report(report.folder, _public(report.results, "合规报告"))
    return f"合规报告：{page}"


def _public(results: Mapping[str, Any], name: str) -> dict[str, Any]:
    """公开的一份；规格太旧、分不出安全检查的那次运行写不了。"""
    try:
        return conformance.publishable(results)
    except ConfigError as error:
        raise NotWritten(f"没有写{name}：{error}") from None


def _run_summary(results: Mapping[str, Any]) -> str:
    return conformance_page(_public(results, "作业摘要"))


def _load_summary(results: Mapping[str, Any]) -> str:
    return f"```text\n{load_text.render_text(results)}```\n"


def _mutation_summary(results: Mapping[str, Any]) -> str:
    return "".join(f"- {line}\n" for line in mutation_facts.summary(results).splitlines())


def _job_summary(write: Words, report: Report) -> str:
    """持续集成给了地方才写；同一步里可能不止一次运行，接在后面。"""
    path = os.environ.get(_JOB_SUMMARY)
    if not path:
        return ""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(write(report.results))
    return f"作业摘要：{path}"


def _resolved_known(report: Report) -> str:
    resolved_known.mark(_allure(report), report.results)
    return ""


def _allure_load(report: Report) -> str:
    allure_load.write(_allure(report), report.results)
    return ""


def _allure_mutation(report: Report) -> str:
    allure_mutation.write(_allure(report), report.results)
    return ""


def _allure(report: Report) -> Path:
    return report.folder / "allure-results"


def _attached(title: str, make: Callable[[Report], str | None]) -> Renderer:
    """一页网页，挂在 Allure 报告的“全局附件”里；这次没有这一页就把旧的拿掉。"""

    def attach(report: Report) -> str:
        attachments.attach(_allure(report), title, make(report))
        return ""

    return Renderer(f"附件 {title}", attach)


def _latest_mutation_page(report: Report) -> str | None:
    """同一个报告目录里最近一次变异检验；有过才有。"""
    proof = mutation_facts.latest(report.folder.parent)
    return mutation_page.page(proof) if proof else None


def _allure_page(describe: Callable[[Mapping[str, Any]], Metadata], report: Report) -> str:
    metadata = describe(report.results)
    again = f"python -m support report {report.folder}"
    if not report.page:
        return f"没有要 Allure 网页；要看时：{again}"
    target = report.folder / "allure.html"
    history = generate.History(report.folder.parent / report.kind.history, report.history)
    generate.render_allure(
        _allure(report), target, history=history, metadata=metadata, again=again, tool_dir=TOOL_DIR
    )
    return f"Allure 报告：{target}"


_PAGE, _RESULTS = "Allure 网页", "Allure 结果"

RENDERERS: Mapping[ResultsKind, tuple[Renderer, ...]] = {
    ResultsKind.RUN: (
        Renderer("文字报告", partial(_text, run_text.render_text)),
        Renderer("JUnit", _junit),
        Renderer("合规报告", _conformance),
        Renderer("作业摘要", partial(_job_summary, _run_summary)),
        Renderer("消失的已知违反", _resolved_known),
        _attached(isolation_matrix.TITLE, lambda report: isolation_matrix.page(report.results)),
        _attached(comparison_facts.TITLE, lambda report: comparison.attached(report.folder)),
        _attached(mutation_facts.TITLE, _latest_mutation_page),
        Renderer(_PAGE, partial(_allure_page, of_run)),
    ),
    ResultsKind.LOAD: (
        Renderer("文字报告", partial(_text, load_text.render_text)),
        Renderer("压测网页", _load_page),
        Renderer("作业摘要", partial(_job_summary, _load_summary)),
        Renderer(_RESULTS, _allure_load),
        _attached(load_facts.TITLE, lambda report: load_page.page(report.results)),
        Renderer(_PAGE, partial(_allure_page, allure_load.metadata)),
    ),
    ResultsKind.MUTATION: (
        Renderer("文字报告", _mutation_text),
        Renderer("作业摘要", partial(_job_summary, _mutation_summary)),
        Renderer(_RESULTS, _allure_mutation),
        _attached(mutation_facts.TITLE, lambda report: mutation_page.page(report.results)),
        Renderer(_PAGE, partial(_allure_page, allure_mutation.metadata)),
    ),
}
