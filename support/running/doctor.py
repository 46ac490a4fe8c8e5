"""体检：跑之前看看缺什么。

职责：检查 Python、Node、Allure、配置、目标与大模型密钥，逐项说好坏与补法。
不做什么：不安装、不改任何东西。
"""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from support.client.transports import require_transport
from support.config import DEFAULT_CONFIG, Config, load_config
from support.errors import TargetUnreachable
from support.known import refuse_unknown
from support.play.opening import ROOT
from support.reports.allure.node import TOOL_DIR, find_allure, find_node, how_to_get_node
from support.running.plan import plan
from support.targets.aim import require_reachable
from support.targets.profile import profile_of

_FREE_MB = 200


def examine(path: Path | None) -> int:
    """逐项打印；有一项不行就返回 3，配置写错返回 2，目标连不上返回 4。"""
    print(f"好  Python {platform.python_version()}（{sys.executable}）")
    checks = [_check_report_tools(), _check_disk()]
    config = load_config(path or DEFAULT_CONFIG)
    refuse_unknown(config.path, config.known, plan(ROOT, []) if config.known else [])
    print(f"好  配置 {config.path}")
    _say_llm(config)
    transport = require_transport(profile_of(config.target).transport, str(config.path))
    print(f"好  消息面走{transport.title}")
    try:
        require_reachable(config)
    except TargetUnreachable as error:
        print(f"缺  {error}")
        return 4
    print(f"好  目标 {config.target.name}（{_where(config)}）")
    return 0 if all(checks) else 3


def _check_report_tools() -> bool:
    node = find_node()
    if node is None:
        print(f"缺  Node：{how_to_get_node()}")
        return False
    allure = find_allure(TOOL_DIR)
    if allure is None:
        print("缺  Allure：联网后运行一次 python3 run_integration_tests.py 即会装上")
        return False
    print(f"好  Allure 网页（{node.executable}）")
    return True


def _check_disk() -> bool:
    free = shutil.disk_usage(Path.cwd()).free // 2**20
    print(f"{'好' if free >= _FREE_MB else '缺'}  磁盘剩余 {free} MB（至少 {_FREE_MB} MB）")
    return free >= _FREE_MB


def _say_llm(config: Config) -> None:
    if config.llm.api_key or config.llm.api_base:
        print(f"好  台词由大模型 {config.llm.model_name} 生成，失败时用模板")
    else:
        print("好  台词用内置模板（没有配置 [llm].api_key）")


def _where(config: Config) -> str:
    if config.target.kind == "embedded":
        return "随运行启动，只在本机"
    return f"{config.target.control_url} · {config.target.server_url}"
