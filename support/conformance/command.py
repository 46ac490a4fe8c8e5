"""``python -m support conformance``：由运行写出合规报告，或核对一份没被改过。

退出码：0 写好了，或核对无误 · 1 核对不符，报告作废 · 2 用法或文件有误
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.arguments import Parser, path
from support.conformance import batches, files, report, seal
from support.errors import ConfigError
from support.running.plan import plan

ROOT = Path(__file__).resolve().parents[2]
_EXAMPLES = """例子：
  python -m support conformance reports/latest                        写进运行目录
  python -m support conformance reports/latest --output docs/conformance
  python -m support conformance reports/甲 reports/乙 --output 目录    分批跑的合成一份
  python -m support conformance --verify docs/conformance/*-*.md      核对没有手改过

同一个目标分几批跑的，全给出来：一个场景取真正判过的那一次，判得不一样的取最坏的并写明。
每次运行结束也会自动写一份 conformance.md 与 conformance.json。
"""


def main(arguments: Sequence[str]) -> int:
    """写报告或核对报告。"""
    options = _parser().parse_args(arguments)
    if options.verify:
        return _verify(options.verify)
    results = _results(options.runs)
    folder = options.output or _inside(options.runs)
    default = files.public_name(results) if options.output else files.NAME
    written = files.write(folder, results, options.name or default)
    for level, one in report.build(results)["levels"].items():
        counts = " · ".join(f"{name} {count}" for name, count in one["counts"].items() if count)
        print(f"{level}：{one['result']}（{counts or '一个也没有跑'}）")
    for one_path in written:
        print(one_path)
    return 0


def _results(runs: Sequence[Path]) -> Mapping[str, Any]:
    """一次运行照抄；几次的合成一份，对着整套规格看缺了谁。"""
    if not runs:
        raise ConfigError(
            "命令行", key="运行目录", found="缺少", allowed="运行的目录，或 --verify 文件",
            fix="例：python -m support conformance reports/latest",
        )  # fmt: skip
    everything = [files.read_results(one) for one in runs]
    if len(everything) == 1:
        return everything[0]
    return batches.combine(everything, plan(ROOT, ["not @在建"]))


def _inside(runs: Sequence[Path]) -> Path:
    """缺省就放在运行目录里；几次运行合成的不属于哪一次。"""
    if len(runs) > 1:
        raise ConfigError(
            "命令行", key="--output", found="缺少", allowed="几次运行合成的报告要写明放哪里",
            fix="例：--output docs/conformance",
        )  # fmt: skip
    return runs[0] if runs[0].is_dir() else runs[0].parent


def _parser() -> Parser:
    parser = Parser(
        prog="python -m support conformance",
        description="合规报告：一次运行（或分批的几次）写成 Markdown 与 JSON，带校验，手改即作废。",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EXAMPLES,
    )
    add = parser.add_argument
    add("runs", nargs="*", type=path, metavar="运行目录", help="例如 reports/latest；可以几个")
    add("--output", type=path, metavar="目录", help="写到哪里（缺省就在运行目录里）")
    add("--name", metavar="名字", help="文件名，不带后缀（缺省由种类、版本、传输得出）")
    add("--verify", nargs="+", type=path, metavar="文件", help="核对这些报告没有被改过")
    return parser


def _verify(paths: Sequence[Path]) -> int:
    intact = [seal.verify(one) for one in paths]
    for one, fine in zip(paths, intact, strict=True):
        print(f"{'完好' if fine else '作废：与校验不符，被改过'}  {one}")
    return 0 if all(intact) else 1
