"""画图：折线与横条，写成网页里的 SVG；文字还是文字，鼠标停住有数，不用脚本。

职责：纯函数，数 → SVG。不做什么：不懂压测。
不用画图库：matplotlib 要有中文字体才量得准字宽，装它比整个套件还大，而这里只要两种图。
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

WIDTH = 1040
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 30, 34
#: 深浅与色相都分得开，色弱的人也看得清。
COLOURS = (
    "#0f62fe", "#d9480f", "#198038", "#8a3ffc", "#b28600", "#007d79", "#9f1853", "#6f6f6f",
)  # fmt: skip
STYLE = """svg{display:block;width:100%;height:auto}svg text{font:12px var(--font);fill:#57606a}
.grid{stroke:#e6e9ed}.axis{stroke:#9aa4af}.shade{fill:#eef1f4}.hit{fill:transparent}
.hit:hover{fill:#0f62fe;fill-opacity:.08}svg .value{fill:#24292f}"""


@dataclass(frozen=True, slots=True)
class Curve:
    """一条线；`y` 为空的地方断开。"""

    name: str
    points: Sequence[tuple[float, float | None]]
    colour: str
    width: float = 2.0


@dataclass(frozen=True, slots=True)
class Axis:
    """一条轴：从 `low` 到 `high`，`ticks` 是 (值, 字)；`log` 是对数轴。"""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    title: str = ""
    log: bool = False

    def share(self, value: float) -> float:
        """`value` 在轴上的什么位置，0 到 1。"""
        low, high, at = self.low, self.high, max(self.low, min(self.high, value))
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(at)
        return (at - low) / (high - low) if high > low else 0.0


def straight(high: float, title: str, *, low: float = 0.0, count: int = 5) -> Axis:
    """从 `low` 起的匀称的轴，刻度是 1、2、5 的倍数，末一格盖得住 `high`。"""
    step = _step(max(high - low, 1e-9) / count)
    last = max(1, math.ceil((high - low) / step - 1e-9))
    ticks = [(low + n * step, f"{low + n * step:g}") for n in range(last + 1)]
    return Axis(low, low + last * step, ticks, title)


def exact(high: float, title: str, *, low: float = 0.0, count: int = 10) -> Axis:
    """刻度匀称，而轴正好到 `high` 为止；时间用它，右边不留空。"""
    axis = straight(high, title, low=low, count=count)
    end = max(high, low + 1e-9)
    return Axis(low, end, [tick for tick in axis.ticks if tick[0] <= end], title)


def _step(rough: float) -> float:
    scale = 10.0 ** math.floor(math.log10(rough))
    return next(m * scale for m in (1.0, 2.0, 5.0, 10.0) if m * scale >= rough * 0.999)


def line_chart(
    label: str,
    curves: Sequence[Curve],
    across: Axis,
    up: Axis,
    *,
    height: int = 250,
    shades: Sequence[tuple[float, float, str]] = (),
    hints: Sequence[tuple[float, float, str]] = (),
) -> Markup:
    """折线图。`shades` 是涂灰的几段横轴：(从, 到, 写什么)；`hints` 是 (从, 到, 鼠标停住时的字)。"""
    area = _Area(across, up, height)
    parts = [*area.shaded(shades), *area.frame()]
    parts += [area.path(curve) for curve in curves]
    parts += [area.hint(*one) for one in hints]
    return _svg(label, height, [*parts, *_legend(curves)])


@dataclass(frozen=True, slots=True)
class _Area:
    """画线的那一块。"""

    across: Axis
    up: Axis
    height: int

    def x(self, value: float) -> float:
        return _LEFT + self.across.share(value) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        room = self.height - _TOP - _BOTTOM
        return self.height - _BOTTOM - self.up.share(value) * room

    def frame(self) -> Iterator[str]:
        floor, right = self.height - _BOTTOM, WIDTH - _RIGHT
        for value, text in self.up.ticks:
            y = self.y(value)
            yield _line(_LEFT, y, right, y, "grid")
            yield _text(_LEFT - 8, y + 4, text, "end")
        for value, text in self.across.ticks:
            x = self.x(value)
            yield _line(x, _TOP, x, floor, "grid")
            yield _text(x, floor + 16, text, "middle")
        yield _line(_LEFT, floor, right, floor, "axis")
        yield _text(_LEFT - 8, 16, self.up.title, "end")
        yield _text(right, self.height - 4, self.across.title, "end")

    def shaded(self, shades: Iterable[tuple[float, float, str]]) -> Iterator[str]:
        tall = self.height - _TOP - _BOTTOM
        for start, stop, text in shades:
            if stop > start:
                left = self.x(start)
                yield _box(left, _TOP, self.x(stop) - left, tall, 'class="shade"')
                yield _text(left + 4, _TOP + 13, text, "start")

    def path(self, curve: Curve) -> str:
        steps, pen = [], "M"
        for x, y in curve.points:
            if y is None:
                pen = "M"
                continue
            steps.append(f"{pen}{self.x(x):.1f} {self.y(y):.1f}")
            pen = "L"
        alone = ' stroke-linecap="round"'
        return (
            f'<path d="{"".join(steps)}" fill="none" stroke="{curve.colour}"'
            f' stroke-width="{curve.width}" stroke-linejoin="round"{alone}/>'
        )

    def hint(self, start: float, stop: float, text: str) -> str:
        left = self.x(start)
        tall = self.height - _TOP - _BOTTOM
        wide = max(self.x(stop) - left, 1.0)
        return _box(left, _TOP, wide, tall, 'class="hit"', title=text)


@dataclass(frozen=True, slots=True)
class Bars:
    """一组横条：`name` 一行，`values` 各一条（为空就是没有样本）。"""

    name: str
    values: Sequence[float | None]


def bar_chart(label: str, rows: Sequence[Bars], names: Sequence[str], unit: str) -> Markup:
    """横条图：每行几条，条尾写数；名字写在条的上面，多长都放得下。"""
    thick, gap = 9, 3
    band = 20 + len(names) * (thick + gap) + 8
    height = _TOP + band * len(rows) + 8
    top = max((v for row in rows for v in row.values if v is not None), default=0.0)
    axis = straight(top, unit)
    room = WIDTH - _RIGHT - 90 - 8
    parts: list[str] = []
    for number, row in enumerate(rows):
        y = _TOP + number * band
        parts.append(_text(8, y + 14, row.name, "start", "value"))
        for turn, value in enumerate(row.values):
            at = y + 20 + turn * (thick + gap)
            wide = axis.share(value) * room if value is not None else 0.0
            paint = f'fill="{COLOURS[turn]}" rx="2"'
            told = "没有样本" if value is None else f"{value:.1f} {unit}"
            parts.append(_box(8, at, max(wide, 1.0), thick, paint, f"{names[turn]} {told}"))
            parts.append(_text(14 + wide, at + 9, told, "start"))
    keys = [Curve(name, (), COLOURS[turn]) for turn, name in enumerate(names)]
    return _svg(label, height, [*parts, *_legend(keys)])


def _legend(curves: Sequence[Curve]) -> Iterator[str]:
    """图例在右上，从右往左排；汉字按两个字宽算。"""
    x = float(WIDTH - _RIGHT)
    for curve in reversed(curves):
        x -= 6.6 * sum(2 if ord(letter) > 0x2E7F else 1 for letter in curve.name)
        yield _text(x, 16, curve.name, "start")
        x -= 18
        yield _box(x, 10, 13, 4, f'fill="{curve.colour}" rx="2"')
        x -= 14


def _svg(label: str, height: int, parts: Iterable[str]) -> Markup:
    """各部分的字都已转义，因此整幅图可以原样放进网页。"""
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(text)}</text>'


def _box(x: float, y: float, wide: float, tall: float, paint: str, title: str = "") -> str:
    head = f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" {paint}'
    return f"{head}><title>{escape(title)}</title></rect>" if title else f"{head}/>"
