"""把表格与文字排成固定一百列的纯文字。

职责：宽度与行尾。不做什么：不懂报告的内容。
"""

from __future__ import annotations

from io import StringIO

from rich.console import Console, RenderableType

WIDTH = 100


def drawn(*parts: RenderableType) -> str:
    """依次排出来，不带颜色，行尾不留空白。"""
    sink = StringIO()
    console = Console(
        file=sink, width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in sink.getvalue().rstrip().splitlines())
