"""Allure 网页：由结果文件生成一份自足的中文 allure.html。

职责：写好结果目录里的环境信息，调用 Allure 3，去掉统计脚本，记住历次结果。
不做什么：不改任何结论；生成失败就如实说，不拿别的页面冒充；不联网。
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.errors import SuiteError
from support.reports.allure.metadata import Metadata
from support.reports.allure.node import Node, find_allure, find_node, how_to_get_node, last_words
from support.reports.renderer import NotWritten

_RENDER_SECONDS = 1800.0
_HIDDEN_LABELS = ("parentSuite", "suite", "subSuite", "host", "thread", "framework", "language")
_CHARTS = (
    ("currentStatus", "本次结果"),
    ("statusDynamics", "历次结果"),
    ("testResultSeverities", "按级别"),
    ("durations", "用时分布"),
    ("durationDynamics", "历次用时"),
)
_GOOGLE = re.compile(
    r'<script[^>]*src="https://www\.googletagmanager[^"]*"[^>]*></script>\s*<script>.*?</script>',
    re.DOTALL,
)
_EXTERNAL = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
)
# Allure 把 HTML 附件放进固定 150 像素高的框里，从磁盘打开时还量不到里面有多高；
# 改用 srcdoc 就量得到了。框仍是不许跑脚本的沙盒。
_FIT_FRAMES = """<style>iframe[title="HTML attachment"]{height:420px}</style><script>
new MutationObserver(() => document.querySelectorAll(
  'iframe[title="HTML attachment"]:not([data-fit])').forEach(async (frame) => {
  frame.dataset.fit = "1";
  const text = await (await fetch(frame.src)).text();
  const fit = () => {
    frame.style.height = frame.contentDocument.documentElement.offsetHeight + 8 + "px";
  };
  frame.addEventListener("load", () => {
    frame.contentDocument.addEventListener("toggle", fit, true);
    fit();
  });
  frame.srcdoc = text;
})).observe(document, {childList: true, subtree: true});
</script>"""


@dataclass(frozen=True)
class History:
    """历次结果存在哪里、至多留几次。"""

    path: Path
    limit: int = 20


def render_allure(
    results_dir: Path,
    target_html: Path,
    *,
    history: History,
    metadata: Metadata,
    tool_dir: Path,
    again: str,
) -> None:
    """把 `results_dir` 写成一份自足的网页，并把这一次记进 `history`。

    没有 Node 或 Allure 抛 NotWritten，别的做不成抛 SuiteError；`again` 是补出网页的命令。
    """
    mend = f"补上之后运行：{again}"
    try:
        prepare(results_dir, metadata)
        node, allure = find_node(), find_allure(tool_dir)
        if node is None or allure is None:
            raise NotWritten(f"没有生成 Allure 网页：{_missing(node)}\n{mend}")
        _render(results_dir, target_html, history, metadata, [node.executable, str(allure)])
    except (SuiteError, OSError) as error:
        raise SuiteError(f"{error}\n{mend}") from error


def _missing(node: Node | None) -> str:
    if node is None:
        return f"没有够新的 Node。{how_to_get_node()}"
    return "没有装 Allure。改法：联网后重跑 python3 run_integration_tests.py。"


def _render(
    results_dir: Path, target: Path, history: History, metadata: Metadata, tool: list[str]
) -> None:
    with tempfile.TemporaryDirectory(prefix="maispec-") as name:
        work = Path(name)
        past = work / "history.jsonl"
        past.write_text(_other_runs(history.path, metadata.name), "utf-8")
        (work / "allurerc.json").write_text(_dump(configuration(metadata, history.limit)), "utf-8")
        # Allure 把目录名当通配式；路径里有方括号就找不到，所以抄到固定的名字下。
        shutil.copytree(results_dir, work / "allure-results")
        _call([*tool, "generate", "--config", "allurerc.json", "allure-results"], work)
        page = work / "out" / "index.html"
        if not page.exists():
            raise SuiteError("Allure 没有写出网页")
        _replace(target, clean(page.read_text("utf-8")))
        _replace(history.path, past.read_text("utf-8"))


def _call(command: list[str], work: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=work,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_RENDER_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise SuiteError(f"Allure 超过 {_RENDER_SECONDS:.0f} 秒没有做完") from None
    if done.returncode:
        words = last_words(done.stderr or done.stdout)
        raise SuiteError(f"Allure 退出码 {done.returncode}：{words}")


def _replace(target: Path, text: str) -> None:
    """整份替换：读的人永远不会看到半个文件。"""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    fresh.write_text(text, "utf-8")
    fresh.replace(target)


def _other_runs(history: Path, name: str) -> str:
    """历次结果，不含这一次：重新生成同一次运行的报告不会多记一笔。"""
    if not history.exists():
        return ""
    lines = history.read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() and json.loads(line)["name"] != name)


def clean(html: str) -> str:
    """去掉统计脚本、补上语言与附件高度；仍有外部资源就拒绝。"""
    html = _GOOGLE.sub("", html)
    html = html.replace('lang="en"', 'lang="zh-CN"', 1)
    html = html.replace("</head>", f"{_FIT_FRAMES}</head>", 1)
    if _EXTERNAL.search(html) or "googletagmanager" in html:
        raise SuiteError("Allure 网页里还有外部资源，这个版本的 Allure 没有实测过")
    return html


def configuration(metadata: Metadata, limit: int) -> dict[str, Any]:
    """Allure 3 的配置。"""
    charts = [{"type": kind, "title": title, "limit": limit} for kind, title in _CHARTS]
    rules = [
        {
            "name": name,
            "matchers": {"statuses": [status], **({"message": message} if message else {})},
        }
        for name, status, message in metadata.categories
    ]
    options = {
        "reportName": metadata.name,
        "singleFile": True,
        "reportLanguage": "zh",
        "theme": "light",
        "groupBy": ["epic", "feature", "story"],
        "charts": charts,
    }
    return {
        "name": metadata.name,
        "output": "out",
        "historyPath": "history.jsonl",
        "historyLimit": limit,
        "hideLabels": list(_HIDDEN_LABELS),
        "categories": {"rules": rules},
        "plugins": {"awesome": {"options": options}},
    }


def prepare(results_dir: Path, metadata: Metadata) -> None:
    """写环境信息与执行者；页首“元数据”一栏就是它们。"""
    results_dir.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{_escape_key(key)}={_escape_value(value)}\n" for key, value in metadata.facts.items()
    ]
    (results_dir / "environment.properties").write_text("".join(lines), "utf-8")
    executor = {"name": "本机", "type": "maispec", "buildName": metadata.build}
    (results_dir / "executor.json").write_text(_dump(executor), "utf-8")


def _escape_key(key: str) -> str:
    return re.sub(r"([\\ :=#!])", r"\\\1", key)


def _escape_value(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
