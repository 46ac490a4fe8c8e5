"""``python -m support compare``：几个目标的结论按编号并排看。

职责：读各次运行、打印、另存 JSON 与网页。不做什么：不重判、不联网。
退出码：0 比完了（结论不同不是错） · 2 用法或文件有误
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from support.arguments import Parser, path
from support.compare.table import DIFFERENT, PARTIAL, SAME, UNPUBLISHED, compare
from support.conformance.files import read_report
from support.errors import ConfigError
from support.model import LEVELS
from support.reports.facts.comparison import FILE, by_feature
from support.reports.html import comparison

_WIDTH = 140
_EXAMPLES = """例子：
  python -m support compare reports/甲 reports/乙
  python -m support compare docs/conformance/*.json --html compare.html
  python -m support compare reports/latest docs/conformance/某个目标.json --json c.json
  python -m support compare reports/甲 reports/latest --into reports/latest    放进那次的报告

每个参数是一个运行目录、它的 results.json，或一份合规报告的 JSON（先核对校验）。
"""


def main(arguments: Sequence[str]) -> int:
    """比较并打印。"""
    options = _parser().parse_args(arguments)
    if len(options.runs) < 2:
        raise ConfigError(
            "命令行", key="运行", found=f"只有 {len(options.runs)} 个", allowed="至少两个",
            fix="例：python -m support compare reports/甲 reports/乙",
        )  # fmt: skip
    reports = [read_report(one) for one in options.runs]
    _refuse_twice(options.runs, reports)
    found = compare(reports)
    for part in _text(found):
        Console(width=_WIDTH).print(part, highlight=False, soft_wrap=isinstance(part, str))
    if options.json:
        _write(options.json, json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    if options.html:
        _write(options.html, comparison.page(found))
    if options.into:
        _write(options.into / FILE, comparison.page(found))
        print(f"放好了；python -m support report {options.into} 之后它在报告的“全局附件”里")
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="python -m support compare",
        description="几个目标（或同一目标的几个版本）的结论，按规格编号并排看，不同的在最前。",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EXAMPLES,
    )
    add = parser.add_argument
    add("runs", nargs="+", type=path, metavar="运行", help="运行目录、results.json 或合规报告 JSON")
    add("--json", type=path, metavar="文件", help="另存一份 JSON")
    add("--html", type=path, metavar="文件", help="另存一份自足的网页")
    add("--into", type=path, metavar="运行目录", help="把网页放进这次运行，重出报告时带上")
    return parser


def _refuse_twice(paths: Sequence[Path], reports: Sequence[Mapping[str, Any]]) -> None:
    """同一次运行比不出什么；它的全文与公开的一份可以放在一起看。"""
    runs = [(report["run"]["id"], "withheld" in report) for report in reports]
    for at, run in enumerate(runs):
        if run in runs[:at]:
            raise ConfigError(
                str(paths[at]), found=f"与 {paths[runs.index(run)]} 是同一次运行（{run[0]}）",
                allowed="不同的运行", fix="去掉其中一个",
            )  # fmt: skip


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            str(target), found=f"写不进去（{error.strerror}）", allowed="可写的文件路径",
            fix="写到文件名为止，检查目录与权限",
        ) from None  # fmt: skip
    print(f"已写出 {target}")


def _text(found: Mapping[str, Any]) -> Iterable[Table | str]:
    """终端里的几段：来历、不同的、相同的、总数。"""
    yield _targets(found["targets"])
    yield from (f"注意：{escape(note)}" for note in found["notes"])
    for kind in (DIFFERENT, PARTIAL):
        rows = [row for row in found["rows"] if row["kind"] == kind]
        if rows:
            yield _side_by_side(kind, rows, found["targets"])
    for kind in (UNPUBLISHED, SAME):
        yield from _listed(kind, [row for row in found["rows"] if row["kind"] == kind])
    yield from _checks(found["checks"], found["targets"])
    totals = " · ".join(f"{kind} {count}" for kind, count in found["totals"].items())
    yield f"规格 {len(found['rows'])} 条：{totals}"


def _targets(targets: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("目标", "传输", "套件", "开始", *LEVELS, title="比的是谁")
    for one in targets:
        levels = (_counts(one["results"][level], one["counts"][level]) for level in LEVELS)
        facts = (one["label"], one["transport"], one["suite"], one["started"][:16])
        table.add_row(*map(escape, facts), *levels)
    return table


def _counts(result: str, counts: Mapping[str, int]) -> str:
    shown = " ".join(f"{name} {count}" for name, count in counts.items() if count)
    return f"{result}\n{shown}"


def _side_by_side(
    kind: str, rows: Sequence[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]]
) -> Table:
    labels = [escape(one["label"]) for one in targets]
    table = Table("规格", "级别", "场景", *labels, title=f"{kind}的 {len(rows)} 条")
    for feature, group in by_feature(rows).items():
        table.add_section()
        table.add_row(f"[bold]{escape(feature)}[/]")
        for row in group:
            cells = (cell["shown"] for cell in row["cells"])
            table.add_row(row["id"], row["level"], escape(row["name"]), *cells)
    return table


def _listed(kind: str, rows: Sequence[Mapping[str, Any]]) -> Iterable[Table]:
    """相同的、有的没有公开的只列编号：一个功能、一种结论一行。"""
    if not rows:
        return
    table = Table("功能", "结论", "规格", title=f"{kind}的 {len(rows)} 条")
    for feature, group in by_feature(rows).items():
        verdicts: dict[str, list[str]] = defaultdict(list)
        for row in group:
            shown = dict.fromkeys(cell["shown"] for cell in row["cells"])
            verdicts[" · ".join(shown)].append(row["id"])
        for verdict, ids in verdicts.items():
            table.add_row(escape(feature), verdict, " ".join(ids))
    yield table


def _checks(
    rows: Sequence[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]]
) -> Iterable[Table]:
    """安全检查按性质的数目：公开的报告只给得出这些。"""
    if not rows:
        return
    labels = [escape(one["label"]) for one in targets]
    columns = (Column(name, overflow="fold") for name in ("性质", *labels))
    table = Table(*columns, title="安全检查的数目（公开的报告只有数目）")
    for row in rows:
        cells = (" ".join(f"{name} {n}" for name, n in one.items() if n) for one in row["cells"])
        table.add_row(escape(f"{row['property']} {row['meaning']}"), *cells)
    yield table
