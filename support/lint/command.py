"""`python -m support lint [路径]`：逐行打印意见。退出码 0 没有意见，1 有，2 没有规格可查。"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from support.lint.features import feature_files, lint_features
from support.lint.finding import Finding
from support.lint.vocabulary import lint_steps

ROOT = Path(__file__).resolve().parent.parent.parent


def main(argv: Sequence[str] | None = None) -> int:
    """检查规格的写法，以及与句式是否对得上。"""
    parser = argparse.ArgumentParser(prog="python -m support lint", description=main.__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=ROOT / "features", metavar="路径")
    path: Path = parser.parse_args(argv).path.resolve()
    files = feature_files(path) if path.exists() else []
    if not files:
        print(f"{path}：没有规格（*.feature）可查")
        return 2
    findings = lint_features(path)
    root = next((folder for folder in (path, *path.parents) if (folder / "steps").is_dir()), None)
    if root is not None:
        findings += lint_steps(root)
    for finding in findings:
        print(_line(finding))
    print(f"{len(files)} 份规格，{len(findings)} 条意见")
    return 1 if findings else 0


def _line(finding: Finding) -> str:
    here, path = Path.cwd(), finding.path
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{shown}:{finding.line} {finding.rule} {finding.message}"
