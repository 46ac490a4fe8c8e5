"""``python -m support coverage``：打印矩阵，两头对账。

退出码：0 一致，1 有空格或编号对不上。
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from support.arguments import Parser
from support.coverage import Matrix, disagreements, load_matrix
from support.play.opening import ROOT
from support.running.plan import plan

_SHOWN_PROBLEMS = 30


def main(arguments: Sequence[str]) -> int:
    """打印矩阵与对账的结果。"""
    parser = Parser(
        prog="python -m support coverage",
        description="性质 × 数据 × 露面处 × 情形：每一格由哪些规格看守，或为什么不必。",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="例子：\n  python -m support coverage\n  python -m support coverage --reasons",
    )
    parser.add_argument("--reasons", action="store_true", help="逐条列出没有规格的格的缘由")
    options = parser.parse_args(arguments)
    matrix = load_matrix()
    problems = disagreements(matrix, {scene.id for scene in plan(ROOT, ["not @在建"])})
    console = Console(width=120)
    console.print(_summary(matrix), _by_data(matrix))
    if options.reasons:
        for reason in dict.fromkeys((*matrix.reasoned.values(), *matrix.planned.values())):
            console.print(f"· {reason}", highlight=False)
    for problem in problems[:_SHOWN_PROBLEMS]:
        console.print(problem, highlight=False)
    print(
        f"共 {matrix.total} 格：有规格 {len(matrix.guarded)}，写明缘由 {len(matrix.reasoned)}，"
        f"待写 {len(matrix.planned)}，空着 {len(matrix.open_cells())}；"
        f"规格 {len(matrix.ids())} 条，对不上 {len(problems)} 处"
    )
    return 1 if problems else 0


def _summary(matrix: Matrix) -> Table:
    table = Table("性质", "说的是", "有规格", "写明缘由", "待写", title="每种性质")
    for prop, meaning in matrix.meaning.items():
        table.add_row(prop, meaning, *map(str, matrix.counts(prop)))
    return table


def _by_data(matrix: Matrix) -> Table:
    table = Table("性质", "数据", "规格", title="由哪些规格看守")
    for prop in matrix.axes["property"]:
        for data in matrix.axes["data"]:
            ids = matrix.ids_at(prop, data)
            if ids:
                table.add_row(prop, data, "、".join(ids))
    return table
