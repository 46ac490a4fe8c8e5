"""合规报告落盘，以及由一次运行或一份 JSON 读回报告。

职责：写两个文件、读结果与报告、读不了就说清楚。不做什么：不算内容，不定公开还是全文。
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.conformance import report as content
from support.conformance.markdown import render
from support.conformance.seal import is_intact, read_text, seal, seal_text
from support.conformance.withhold import NOTICE, PUBLIC, public
from support.errors import ConfigError
from support.schemas import ResultsKind, kind_of

NAME = "conformance"


def write(folder: Path, results: Mapping[str, Any], name: str = NAME) -> list[Path]:
    """一次运行的结果写成公开的一份，返回两个文件的路径。"""
    return write_report(folder, publishable(results), name)


def publishable(results: Mapping[str, Any]) -> dict[str, Any]:
    """一次运行的结果，公开的形式，盖好校验；规格太旧、分不出检查时抛 ConfigError。"""
    return seal(public(content.build(results)))


def write_report(folder: Path, report: Mapping[str, Any], name: str = NAME) -> list[Path]:
    """盖上校验，写出 ``名字.md`` 与 ``名字.json``，返回它们的路径。"""
    report = seal(report)
    paths = [folder / f"{name}.md", folder / f"{name}.json"]
    texts = [
        seal_text(render(report)),
        json.dumps(report, ensure_ascii=False, indent=2) + "\n",
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise ConfigError(
            str(folder), found=f"写不进去（{error.strerror}）", allowed="可写的目录",
            fix="换一个目录或改权限",
        ) from None  # fmt: skip
    return paths


def target_name(report: Mapping[str, Any]) -> str:
    """由目标得出的文件名：种类、版本、传输，只用文件名里稳妥的字。"""
    words = (report["target"][key] for key in ("profile", "version", "transport"))
    slugs = (re.sub(r"[^A-Za-z0-9.]+", "-", word).strip("-.").lower() for word in words)
    return "-".join(filter(None, slugs)) or NAME


def read_results(path: Path) -> dict[str, Any]:
    """读一次运行的 results.json；给目录或文件都行。"""
    found = _read_json(_results_path(path))
    if kind_of(found) is not ResultsKind.RUN:
        raise _wrong(path, "不是 results.json", "一次运行留下的目录，或它的 results.json")
    return found


def read_whole(path: Path) -> dict[str, Any]:
    """读成全文：目录与 results.json 现算，从前写好的全文照读；公开的一份变不回全文。"""
    found = read_report(path)
    if found["schema"] == content.OLD_SCHEMA:
        raise _wrong(path, "从前的报告，场景没有带安全检查的记号", _WHOLE)
    if found.get("form") == PUBLIC:
        raise _wrong(path, "这已经是公开的一份", _WHOLE)
    return found


def read_report(path: Path) -> dict[str, Any]:
    """读成合规报告：目录与 results.json 现算，合规报告的 JSON（公开或全文）先核对校验。"""
    found = _read_json(_results_path(path))
    if kind_of(found) is ResultsKind.RUN:
        return content.build(found)
    if found.get("schema") not in (content.SCHEMA, content.OLD_SCHEMA):
        raise _wrong(path, "不是结果也不是合规报告", _ALLOWED)
    if not is_intact(found):
        raise _wrong(path, "合规报告的校验不符，被改过，作废", "原样的合规报告")
    return found


def is_private(path: Path) -> bool:
    """这一份是不是注明了不可公开。"""
    return NOTICE in read_text(path)


_WHOLE = "一次运行的目录、它的 results.json，或一份全文"
_ALLOWED = "运行目录、它的 results.json，或合规报告的 JSON"


def _results_path(path: Path) -> Path:
    if not path.is_dir():
        return path
    if (path / "results.json").exists():
        return path / "results.json"
    if (path / "mutants.json").exists():
        raise _wrong(path, "这是一次变异检验的目录", _ALLOWED)
    raise _wrong(path, "目录里没有 results.json", _ALLOWED)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_text(path))
    except ValueError:
        raise _wrong(path, "不是 JSON", _ALLOWED) from None
    if not isinstance(found, dict):
        raise _wrong(path, "不是一份结果", _ALLOWED)
    if kind_of(found) is ResultsKind.MUTATION:
        raise _wrong(path, "这是变异检验的结果", _ALLOWED)
    return found


def _wrong(path: Path, found: str, allowed: str) -> ConfigError:
    fix = "例：reports/latest；先跑一次 python -m support 就有了"
    return ConfigError(str(path), found=found, allowed=allowed, fix=fix)
