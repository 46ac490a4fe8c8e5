"""``python -m support conformance``：由运行写出合规报告，或核对一份没被改过。

写出的是公开的形式：安全检查只给数目；``--full`` 才是全文，另起名字，头一行写着不可公开。
退出码：0 写好了，或核对无误 · 1 核对不符，报告作废 · 2 用法或文件有误，或规格太旧分不出检查
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from support.arguments import Parser, path
from support.conformance import batches, files, seal, withhold
from support.conformance.report import build
from support.errors import ConfigError
from support.running.plan import plan

ROOT = Path(__file__).resolve().parents[2]
#: 报告旁边的说明，人写的，没有校验；``--verify docs/conformance/*.md`` 会带上它。
_GUIDE = "README.md"
_EXAMPLES = """例子：
  python -m support conformance reports/latest                        写进运行目录
  python -m support conformance reports/latest --output docs/conformance   公开
  python -m support conformance reports/latest --full                 全文，只供自己与维护者看
  python -m support conformance reports/latest/conformance-full.json --output 目录   改写成公开的
  python -m support conformance reports/甲 reports/乙 --output 目录    分批跑的合成一份
  python -m support conformance --verify docs/conformance/*.md        核对没有手改过

同一个目标分几批跑的，全给出来：一个场景取真正判过的那一次，判得不一样的取最坏的并写明。
公开的一份里，查谁凭什么放行、归谁管、是不是同一个的规则（@安全检查）只给每种性质的数目，
没有场景、证据、原话与复现命令；细节私下交给那个软件的维护者。测内置参考服务的不收起什么。
每次运行结束也会自动写一份公开的 conformance.md 与 conformance.json。
"""


def main(arguments: Sequence[str]) -> int:
    """写报告或核对报告。"""
    options = _parser().parse_args(arguments)
    if options.verify:
        return _verify(options.verify)
    whole = _whole(options.runs)
    folder = options.output or _inside(options.runs)
    report = withhold.private(whole) if options.full else withhold.public(whole)
    name = options.name or _name(report, options.output is not None)
    written = files.write_report(folder, report, name)
    for level, one in report["levels"].items():
        counts = " · ".join(f"{name} {count}" for name, count in one["counts"].items() if count)
        print(f"{level}：{one['result']}（{counts or '一个也没有跑'}）")
    for one_path in written:
        print(one_path)
    print(withhold.describe(report))
    return 0


def _name(report: dict[str, Any], published: bool) -> str:
    """缺省的文件名；全文另起一个，免得与公开的那份弄混。"""
    name = files.target_name(report) if published else files.NAME
    return f"{name}-full" if "notice" in report else name


def _whole(runs: Sequence[Path]) -> dict[str, Any]:
    """全文：一次运行照抄；几次的合成一份，对着整套规格看缺了谁；从前写好的全文照读。"""
    if not runs:
        raise ConfigError(
            "命令行", key="运行目录", found="缺少", allowed="运行的目录，或 --verify 文件",
            fix="例：python -m support conformance reports/latest",
        )  # fmt: skip
    if len(runs) == 1:
        found = files.read_whole(runs[0])
        day = date.today().isoformat()
        said = f"{day} 由当时的全文改写成现在的形式；运行没有重做"
        return {**found, "rewritten": said} if "generated" in found else found
    everything = [files.read_results(one) for one in runs]
    return build(batches.combine(everything, plan(ROOT, ["not @在建"])))


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
        allow_abbrev=False,
        epilog=_EXAMPLES,
    )
    add = parser.add_argument
    add("runs", nargs="*", type=path, metavar="运行目录", help="例如 reports/latest；可以几个")
    add("--output", type=path, metavar="目录", help="写到哪里（缺省就在运行目录里）")
    add("--full", action="store_true", help="写全文：连安全检查的细节；不可公开")
    add("--name", metavar="名字", help="文件名，不带后缀（缺省由种类、版本、传输得出）")
    add("--verify", nargs="+", type=path, metavar="文件", help="核对这些报告没有被改过")
    return parser


def _verify(paths: Sequence[Path]) -> int:
    reports = [one for one in paths if one.name != _GUIDE]
    if not reports:
        raise ConfigError(
            "命令行", key="--verify", found=f"只有 {_GUIDE}", allowed="合规报告的 .md 或 .json",
            fix="例：python -m support conformance --verify docs/conformance/*.md",
        )  # fmt: skip
    intact = [seal.verify(one) for one in reports]
    for one, fine in zip(reports, intact, strict=True):
        kind = f"（{withhold.NOTICE}）" if files.is_private(one) else ""
        print(f"{'完好' if fine else '作废：与校验不符，被改过'}  {one}{kind}")
    return 0 if all(intact) else 1
