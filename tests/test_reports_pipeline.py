"""流水线：一种报告写不出，其余照写，latest 照指，退出码不能是 0。"""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest

from support.coverage import load_matrix, summary
from support.errors import SuiteError
from support.reports.pipeline import publish, render_each
from support.reports.renderer import NotWritten, Renderer, Report
from support.reports.renderers import RENDERERS
from support.running.rejudge import rejudge
from support.schemas import ResultsKind, kind_of
from tests import load_sample, mutants_sample
from tests.reports_sample import results

VANISHED = "已知违反消失了：HIST-01 现在通过"


def sample(kind: ResultsKind) -> dict:
    if kind is ResultsKind.LOAD:
        return load_sample.results()
    if kind is ResultsKind.MUTATION:
        return mutants_sample.results()
    known = {
        "id": "HIST-01", "state": "消失了", "said": VANISHED, "scenarios": ["场景"], "link": "",
    }  # fmt: skip
    return results(matrix=summary(load_matrix()), known=[known])


@pytest.fixture
def report(request, tmp_path, monkeypatch) -> Report:
    """一次运行的目录：有一个场景的 Allure 结果、放进来的对比、做过一次变异检验。"""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setattr("support.reports.renderers.TOOL_DIR", tmp_path / "没有")
    folder = tmp_path / "run-1"
    (folder / "allure-results").mkdir(parents=True)
    one = {"name": "HIST-01 场景", "status": "passed"}
    (folder / "allure-results" / "1-result.json").write_text(json.dumps(one), "utf-8")
    (folder / "compare.html").write_text("<p>对比</p>", "utf-8")
    mutation = ResultsKind.MUTATION
    (tmp_path / "mutants-0").mkdir()
    (tmp_path / "mutants-0" / mutation.file).write_text(json.dumps(sample(mutation)), "utf-8")
    (tmp_path / mutation.latest).symlink_to("mutants-0")
    return Report(request.param, sample(request.param), folder)


def attached(folder: Path) -> set[str]:
    listed = (
        json.loads(p.read_text("utf-8")) for p in folder.glob("allure-results/*-globals.json")
    )
    return {page["name"] for one in listed for page in one["attachments"]}


def statuses(folder: Path) -> set[str]:
    found = folder.glob("allure-results/*-result.json")
    return {json.loads(path.read_text("utf-8"))["status"] for path in found}


#: 每种报告写好了，看得见的是什么。
WRITTEN = {
    "文字报告": lambda folder: (
        (folder / "report.txt").exists() or (folder / "mutants.txt").exists()
    ),
    "JUnit": lambda folder: any(folder.glob("junit/TESTS-*.xml")),
    "合规报告": lambda folder: (folder / "conformance.json").exists(),
    "作业摘要": lambda folder: (folder.parent / "summary.md").exists(),
    "消失的已知违反": lambda folder: statuses(folder) == {"failed"},
    "压测网页": lambda folder: (folder / "load.html").exists(),
    "Allure 结果": lambda folder: len(list(folder.glob("allure-results/*-result.json"))) > 1,
    "Allure 网页": lambda folder: (folder / "allure-results" / "executor.json").exists(),
    **{
        f"附件 {title}": lambda folder, title=title: title in attached(folder)
        for title in ("隔离矩阵", "目标对比", "规约检出率", "压测")
    },
}


def broken(report: Report) -> str:
    raise KeyError("有意弄坏")


EACH = [(kind, at) for kind, some in RENDERERS.items() for at in range(len(some))]


@pytest.mark.parametrize(
    ("report", "at"),
    EACH,
    ids=[f"{kind.value}-{RENDERERS[kind][at].name}" for kind, at in EACH],
    indirect=["report"],
)
def test_failing_neighbours_do_not_stop_me(report, at):
    mine = RENDERERS[report.kind][at]
    assert not WRITTEN[mine.name](report.folder)
    some = [one if one is mine else replace(one, render=broken) for one in RENDERERS[report.kind]]
    failed = render_each(report, some, lambda told: None)
    assert failed == tuple(one.name for one in some if one is not mine)
    assert WRITTEN[mine.name](report.folder)


@pytest.mark.parametrize("report", ResultsKind, indirect=True)
def test_everything_is_written_and_latest_points_here(report, tmp_path):
    told: list[str] = []
    assert publish(report, told.append, 0) == 0
    missing = [one.name for one in RENDERERS[report.kind] if not WRITTEN[one.name](report.folder)]
    assert missing == []
    assert (tmp_path / report.kind.latest).resolve() == report.folder
    assert told[-1] == f"全部文件：{report.folder}"
    # 没有装 Allure 只说一声，不算毛病。
    assert any(line.startswith("没有生成 Allure 网页：没有装 Allure") for line in told)


@pytest.mark.parametrize(("code", "final"), [(0, 3), (1, 1), (3, 3), (4, 4), (130, 130)])
@pytest.mark.parametrize("report", [ResultsKind.RUN], indirect=True)
def test_a_failing_renderer_is_named_and_never_ends_in_success(
    report, tmp_path, monkeypatch, code, final
):
    first, *rest = RENDERERS[report.kind]
    some = (replace(first, render=broken), *rest)
    monkeypatch.setitem(RENDERERS, report.kind, some)
    told: list[str] = []
    assert publish(report, told.append, code) == final
    assert told[0].startswith(
        "报告“文字报告”没有做出来：套件出错 KeyError：'有意弄坏'（test_reports_"
    )
    assert (report.folder / "junit").exists()
    assert (tmp_path / "latest").resolve() == report.folder


def raising(error: Exception) -> Renderer:
    def render(report: Report) -> str:
        raise error

    return Renderer("甲", render)


LAST = Renderer("乙", lambda report: "写好了")


@pytest.mark.parametrize(
    ("error", "line", "failed"),
    [
        (SuiteError("Allure 退出码 3"), "报告“甲”没有做出来：Allure 退出码 3", ("甲",)),
        (NotWritten("没有装 Node"), "没有装 Node", ()),
        (OSError(errno.EACCES, "不许写"), "报告“甲”没有做出来：套件出错 PermissionError", ("甲",)),
    ],
)
@pytest.mark.parametrize("report", [ResultsKind.LOAD], indirect=True)
def test_each_tells_in_one_line_what_came_of_it(report, error, line, failed):
    told: list[str] = []
    assert render_each(report, [raising(error), LAST], told.append) == failed
    assert told[0].startswith(line)
    assert told[1:] == ["写好了"]


@pytest.mark.parametrize("report", [ResultsKind.LOAD], indirect=True)
def test_a_full_disk_stops_everything(report):
    told: list[str] = []
    with pytest.raises(OSError, match="没有地方"):
        render_each(report, [raising(OSError(errno.ENOSPC, "没有地方")), LAST], told.append)
    assert told == []


@pytest.mark.parametrize("report", [ResultsKind.RUN], indirect=True)
def test_pages_that_no_longer_apply_are_taken_down_and_hook_errors_stay(report):
    allure = report.folder / "allure-results"
    error = {"errors": [{"message": "前处理坏了"}]}
    (allure / "0-globals.json").write_text(json.dumps(error), "utf-8")
    publish(report, lambda told: None, 0)
    publish(report, lambda told: None, 0)
    names = [path.name for path in allure.glob("*-globals.json")]
    assert len(names) == 4
    assert len(list(allure.glob("*.html"))) == 3
    (report.folder / "compare.html").unlink()
    publish(report, lambda told: None, 0)
    left = [json.loads(path.read_text("utf-8")) for path in allure.glob("*-globals.json")]
    assert error in left
    pages = {page["name"] for one in left for page in one.get("attachments", ())}
    assert pages == {"隔离矩阵", "规约检出率"}


@pytest.mark.parametrize("report", [ResultsKind.RUN], indirect=True)
def test_the_job_summary_is_the_public_report_and_only_when_asked(report, tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    publish(report, lambda told: None, 0)
    assert not (tmp_path / "summary.md").exists()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    publish(report, lambda told: None, 0)
    shown = (tmp_path / "summary.md").read_text("utf-8")
    assert shown in (report.folder / "conformance.md").read_text("utf-8")


def test_the_kind_is_told_from_the_schema():
    assert [kind_of({"schema": kind.schema}) for kind in ResultsKind] == list(ResultsKind)
    strangers = ({}, {"schema": "maibot-tenancy-spec/conformance/2"}, {"schema": "别家/load/1"})
    assert [kind_of(one) for one in strangers] == [None] * 3


def test_a_folder_of_another_schema_is_refused(tmp_path):
    (tmp_path / "results.json").write_text('{"schema": "别家/1"}', "utf-8")
    with pytest.raises(SuiteError, match="maibot-tenancy-spec/mutants/1"):
        rejudge(tmp_path, history_limit=1)
