"""校验：报告生成之后一个字也没动过。

职责：盖上、核对。不做什么：不防伪（谁都能重新生成一份），只让手改过的露馅。
JSON 的校验与空白、键的次序无关；Markdown 的与换行的写法无关。
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.errors import ConfigError

_MARK = "校验 sha256:"


def digest(report: Mapping[str, Any]) -> str:
    """JSON 报告的校验，不含它自己。"""
    bare = {key: value for key, value in report.items() if key != "generated"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _hash(text)


def seal(report: Mapping[str, Any]) -> dict[str, Any]:
    """补上 `generated` 一项。"""
    return {**report, "generated": _stamp(report)}


def seal_text(text: str) -> str:
    """在 Markdown 末尾补上校验。"""
    body = text.rstrip("\n") + "\n\n"
    return f"{body}<!-- {_MARK}{_hash(body)} -->\n"


def is_intact(report: Mapping[str, Any]) -> bool:
    """JSON 报告与它自己写的校验对不对得上；校验那一项里也不许另添什么。"""
    return bool(report.get("generated") == _stamp(report))


def verify(path: Path) -> bool:
    """核对一个文件；既不是合规报告也没有校验的抛 ConfigError。"""
    text = read_text(path)
    if path.suffix == ".json":
        try:
            report = json.loads(text)
        except ValueError:
            raise _not_a_report(path, "不是 JSON") from None
        stamp = report.get("generated") if isinstance(report, dict) else None
        if not isinstance(stamp, dict) or "sha256" not in stamp:
            raise _not_a_report(path, "没有 generated.sha256")
        return is_intact(report)
    body, mark, rest = text.replace("\r\n", "\n").rpartition(f"<!-- {_MARK}")
    if not mark:
        raise _not_a_report(path, "末尾没有校验")
    return rest == f"{_hash(body)} -->\n"


def read_text(path: Path) -> str:
    """读一个文本文件；读不了说清楚是哪个。"""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "不是 UTF-8"
        raise ConfigError(
            str(path),
            found=f"读不了（{reason}）",
            allowed="可读的 UTF-8 文件",
            fix="检查路径与权限",
        ) from None


def _stamp(report: Mapping[str, Any]) -> dict[str, str]:
    return {"by": "python -m support conformance", "sha256": digest(report)}


def _not_a_report(path: Path, found: str) -> ConfigError:
    return ConfigError(
        str(path), found=found, allowed="python -m support conformance 生成的 .md 或 .json",
        fix="例：python -m support conformance --verify reports/latest/conformance.md",
    )  # fmt: skip


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
