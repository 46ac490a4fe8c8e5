"""Allure 网页：真的 Node 与真的 Allure 3；缺什么时如实说。"""

from __future__ import annotations

import base64
import getpass
import json
import os
import re
import tempfile
from pathlib import Path

import pytest

from support.errors import SuiteError
from support.reports.allure import generate, node
from support.reports.allure.generate import History, render_allure
from support.reports.allure.metadata import of_run
from support.reports.allure.node import ensure_allure
from support.reports.renderer import NotWritten
from tests.reports_sample import ROOT, behave, make_project, results


@pytest.fixture(scope="module")
def tool_dir():
    """现成的 Allure；都没有就装到临时目录里，绝不悄悄跳过。"""
    given = os.environ.get("MAISPEC_ALLURE_DIR")
    for place in filter(None, (given and Path(given), ROOT / ".venv" / "allure")):
        if node.find_allure(place):
            return place
    cache = Path(tempfile.gettempdir()) / f"maispec-allure-{node.ALLURE_LINE}{getpass.getuser()}"
    ensure_allure(cache, print)
    return cache


def run_results(number):
    made = results()
    made["run"]["id"] = f"第{number}次"
    return made


def widget(html, name):
    found = re.search(rf'd\("widgets/{name}\.json","([A-Za-z0-9+/=]+)"\)', html)
    return json.loads(base64.b64decode(found.group(1)))


@pytest.mark.long
def test_runs_make_one_self_contained_page_with_a_trend(tmp_path, tool_dir):
    folder = tmp_path / "报告 [一]"
    project, target = make_project(tmp_path / "p"), folder / "allure.html"
    history = tmp_path / "history.jsonl"
    behave(project, folder / "allure-results")
    for number in (1, 2, 2):  # 最后一次是同一次运行重新出报告
        render_allure(
            folder / "allure-results",
            target,
            history=History(history),
            metadata=of_run(run_results(number)),
            again="",
            tool_dir=tool_dir,
        )
    html = target.read_text("utf-8")
    assert "googletagmanager" not in html
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=[\"']?(https?:)?//", html)
    assert 'lang="zh-CN"' in html
    assert "麦麦多租户规约 · 内置参考服务 · 第2次" in html
    expected = {"total": 18, "broken": 8, "passed": 7, "failed": 2, "skipped": 1}
    assert widget(html, "statistic") == expected  # 没有重试，没有少
    facts = {one["name"]: one["values"] for one in widget(html, "allure_environment")}
    assert facts["被测目标"] == ["内置参考服务 maispec 参考服务 0.1.0"]
    assert facts["运行/计划"] == ["4/5"]
    assert facts["管理面"] == ["http://127.0.0.1:40001"]
    tree = {group["name"] for group in widget(html, "tree")["groupsById"].values()}
    assert {"隔离", "韧性", "其他", "聊天历史隔离", "断线之后话不丢"} <= tree
    names = [json.loads(line)["name"][-3:] for line in history.read_text("utf-8").splitlines()]
    assert names == ["第1次", "第2次"]
    charts = widget(html, "charts")["general"].values()
    trend = next(chart for chart in charts if chart["title"] == "历次结果")
    assert len(trend["data"]) == 2


def attempt(tmp_path, tool_dir, kind=NotWritten):
    """做不成：没有备好工具是 NotWritten，不算毛病；别的是 SuiteError。"""
    target = tmp_path / "运行" / "allure.html"
    again = f"python -m support report {target.parent}"
    with pytest.raises(kind) as told:
        render_allure(
            tmp_path / "allure-results",
            target,
            history=History(tmp_path / "history.jsonl"),
            metadata=of_run(results()),
            again=again,
            tool_dir=tool_dir,
        )
    assert not target.exists()
    assert not (tmp_path / "history.jsonl").exists()
    assert str(told.value).endswith(f"补上之后运行：{again}")
    return str(told.value)


@pytest.fixture
def fake_tool(tmp_path):
    """样子齐全、内容是空的 Allure。"""
    package = tmp_path / "tool" / "node_modules" / "allure" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps({"version": f"{node.ALLURE_LINE}0"}), "utf-8")
    (tmp_path / "tool" / "node_modules" / ".package-lock.json").write_text("{}", "utf-8")
    return tmp_path / "tool"


def fake_node(tmp_path, monkeypatch, act):
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "node"
    script.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo v20.1.0 && exit 0\n{act}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_without_node_it_says_how_to_get_one(tmp_path, monkeypatch, fake_tool):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node.importlib.util, "find_spec", lambda name: None)
    assert "没有够新的 Node" in attempt(tmp_path, fake_tool)
    with pytest.raises(SuiteError, match=r"pip install 'maibot-tenancy-spec\[report\]'"):
        ensure_allure(tmp_path / "none", print)


def test_without_allure_it_does_not_go_online(tmp_path, monkeypatch):
    fake_node(tmp_path, monkeypatch, "exit 0")
    assert "没有装 Allure" in attempt(tmp_path, tmp_path / "none")


def test_half_installed_allure_does_not_count(fake_tool):
    assert node.find_allure(fake_tool)
    (fake_tool / "node_modules" / ".package-lock.json").unlink()
    assert node.find_allure(fake_tool) is None


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("echo boom >&2; exit 3", "退出码 3：boom"),
        ("exit 0", "没有写出网页"),
        (
            "mkdir out; echo '<script src=\"https://x.example/a.js\"></script>' > out/index.html",
            "外部资源",
        ),
    ],
)
def test_a_failed_render_leaves_no_page(tmp_path, monkeypatch, fake_tool, act, words):
    fake_node(tmp_path, monkeypatch, act)
    assert words in attempt(tmp_path, fake_tool, SuiteError)


def test_a_render_that_never_ends_is_given_up(tmp_path, monkeypatch, fake_tool):
    monkeypatch.setattr(generate, "_RENDER_SECONDS", 0.1)
    fake_node(tmp_path, monkeypatch, "exec sleep 600")
    assert "没有做完" in attempt(tmp_path, fake_tool, SuiteError)


def test_npm_failure_is_told_with_its_last_words(tmp_path, monkeypatch):
    fake_node(tmp_path, monkeypatch, "exit 0")
    npm = tmp_path / "bin" / "npm"
    npm.write_text("#!/bin/sh\necho 'network unreachable' >&2\nexit 1\n")
    npm.chmod(0o755)
    with pytest.raises(SuiteError, match="network unreachable"):
        ensure_allure(tmp_path / "tool", print)
