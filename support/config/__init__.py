"""配置：configs/*.toml → 冻结的数据类；写错了就用一条中文错误说清楚。

职责：读文件、攒毛病、写模板。不做什么：不连网、不猜目标、不打印密钥。
每一节的形状在 config_model，单个字段的读法在 config_schema，交叉检查在 config_checks。
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli

from support.config import checks, schema
from support.config.model import (
    CAPABILITIES,
    AgentConfig,
    Config,
    KnownConfig,
    Llm,
    ObserverConfig,
    PlatformConfig,
    ReportConfig,
    ScenarioConfig,
    Settings,
    Target,
    TenantConfig,
    Timeouts,
)
from support.config.schema import Problems
from support.errors import ConfigError
from support.model import Known

__all__ = [
    "CAPABILITIES",
    "DEFAULT_CONFIG",
    "AgentConfig",
    "Config",
    "Llm",
    "ObserverConfig",
    "PlatformConfig",
    "ReportConfig",
    "ScenarioConfig",
    "Settings",
    "Target",
    "TenantConfig",
    "Timeouts",
    "load_config",
    "write_template",
]

DEFAULT_CONFIG = Path(__file__).resolve().parents[2] / "configs" / "embedded.toml"

_TABLES = {
    "settings": Settings,
    "llm": Llm,
    "target": Target,
    "observer": ObserverConfig,
    "timeouts": Timeouts,
    "report": ReportConfig,
}
_LISTS = {
    "tenants": TenantConfig,
    "agents": AgentConfig,
    "platforms": PlatformConfig,
    "scenarios": ScenarioConfig,
}
_KNOWN = "known"


def load_config(path: Path, *, env: Mapping[str, str] = os.environ) -> Config:
    """读一份配置；有任何毛病都抛 ConfigError，第一处写在最前。"""
    document = _parse(path)
    problems = Problems(path)
    sections = [*_TABLES, *_LISTS, _KNOWN]
    for name in document:
        if name not in sections:
            schema.unknown_key(f"[{name}]", name, sections, problems)
    tables: dict[str, Any] = {
        name: schema.read_table(cls, document.get(name, {}), f"[{name}]", problems)
        for name, cls in _TABLES.items()
    }
    rows = {name: _read_rows(name, cls, document, problems) for name, cls in _LISTS.items()}
    checks.check_settings(tables["settings"], problems)
    checks.check_rows(rows, document, problems)
    deviations = _read_known(document, problems)
    written = document.get("target", {})
    if tables["target"] is not None:
        tables["target"] = _with_capabilities(tables["target"], written)
    checks.check_target(tables["target"], tables["observer"], written, problems)
    if tables["llm"] is not None:
        tables["llm"] = _with_key(tables["llm"], env, problems)
    problems.raise_if_any()
    lists: dict[str, Any] = {name: tuple(items) for name, items in rows.items()}
    return Config(path=path, known=deviations, **tables, **lists)


def write_template(path: Path, *, force: bool) -> None:
    """写出带注释的模板，即默认配置本身；已有同名文件时要 `force` 才覆盖。"""
    if path.exists() and not path.is_dir() and not force:
        fix = "换个名字，或加 --force 覆盖"
        raise _file_error(path, "已经存在", "一个还没有的文件", fix)
    text = DEFAULT_CONFIG.read_text(encoding="utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        found = f"写不进去（{error.strerror}）"
        fix = "写到文件名为止，检查目录与权限"
        raise _file_error(path, found, "可写的文件路径", fix) from error


def _parse(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        fix = f"检查路径，或用 python -m support --create-config {path} 写一份模板"
        raise _file_error(path, "没有这个文件", "一份 TOML 配置", fix) from error
    except IsADirectoryError as error:
        fix = f"写到文件名为止，例：{path / 'embedded.toml'}"
        raise _file_error(path, "这是一个目录", "一份 TOML 配置", fix) from error
    except OSError as error:
        fix = "检查文件权限"
        raise _file_error(path, f"读不了（{error.strerror}）", "可读的 TOML 配置", fix) from error
    try:
        return tomli.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fix = "用编辑器另存为 UTF-8"
        raise _file_error(path, f"第 {line} 行不是 UTF-8", "UTF-8 编码", fix) from error
    except tomli.TOMLDecodeError as error:
        # 不转述原文：出错的那一行可能正写着密钥。
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第 {place[1]} 行第 {place[2]} 列" if place else "文件结尾处"
        fix = "看这一处的引号、等号、方括号是否成对，键有没有写两遍；中文键名要加引号"
        raise _file_error(path, f"{where}不合 TOML 语法", "TOML", fix) from error


def _file_error(path: Path, found: str, allowed: str, fix: str) -> ConfigError:
    return ConfigError(str(path), found=found, allowed=allowed, fix=fix)


def _read_rows(
    name: str, cls: type[Any], document: Mapping[str, Any], problems: Problems
) -> list[Any]:
    given = document.get(name, [])
    if not isinstance(given, list) or not given:
        found = schema.type_name(given) if given else "缺少这一节"
        fix = f"写成 [[{name}]] 开头的一节（两层方括号），样子见 configs/embedded.toml"
        problems.add(f"[[{name}]]", found=found, allowed="至少一节", fix=fix)
        return []
    return [
        schema.read_table(cls, row, checks.row_key(name, number) + " ", problems)
        for number, row in enumerate(given, 1)
    ]


def _read_known(document: Mapping[str, Any], problems: Problems) -> tuple[Known, ...]:
    """已知违反的名单；没有这一节就是没有。"""
    if not document.get(_KNOWN):
        return ()
    rows = _read_rows(_KNOWN, KnownConfig, document, problems)
    checks.check_known(rows, problems)
    return tuple(row.known() for row in rows if row is not None)


def _with_capabilities(target: Target, written: Mapping[str, Any]) -> Target:
    """真实部署有哪些本事只能由写配置的人说；没说就是没有。"""
    if target.kind == "embedded" or "capabilities" in written:
        return target
    return replace(target, capabilities=())


def _with_key(llm: Llm, env: Mapping[str, str], problems: Problems) -> Llm:
    """把 ``env:NAME`` 换成环境变量的值。"""
    prefix, _, name = (llm.api_key or "").partition(":")
    if prefix != "env":
        return llm
    if not env.get(name):
        # 有人会把密钥本身写在 env: 后面，所以不像名字的就不显示。
        shown = name if name.isascii() and name.isidentifier() else "（不像变量名，不显示原文）"
        problems.add(
            "[llm].api_key",
            found=f"env:{shown}，没有这个环境变量",
            allowed='"env:" 加上已设置的环境变量名，或 "null" 表示不用大模型',
            fix='先设置好它再运行，或写 api_key = "null"',
        )
    return replace(llm, api_key=env.get(name))
