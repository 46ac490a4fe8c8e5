"""对比页：几个目标并排，结论不同的在最前，其余按功能折叠。

职责：把对比写成一页自足的网页，可以单独打开，也可以挂在 Allure 报告里。
不做什么：不比较、不改结论；不引用任何外部资源与脚本。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from support.model import LEVELS

TITLE = "目标对比"
FILE = "compare.html"
_OPEN = "结论不同"
_COLOURS = {
    "通过": "#1a7f37", "违反": "#b91c1c", "已知违反": "#a21caf", "无法判定": "#9a6700",
    "跳过": "#6e7781", "没有跑": "#b0b6bc", "未公开": "#57606a",
}  # fmt: skip
_STYLE = """body{margin:12px;color:#1e293b;background:#fff;
font:14px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
table{border-collapse:collapse;margin:8px 0}
td,th{border:1px solid #d0d7de;padding:3px 8px;vertical-align:top;text-align:left}
th{background:#f6f8fa}td:nth-child(-n+2){white-space:nowrap}.feature td{font-weight:600}
b{display:inline-block;margin:1px;padding:0 7px;border-radius:8px;color:#fff;
font:12px/1.7 sans-serif;white-space:nowrap}.dim{color:#57606a;font-size:12px}
.warn{background:#fff8c5;padding:4px 8px;border-left:3px solid #9a6700}
summary{cursor:pointer;font-weight:600;margin:6px 0}"""


def attached(run_dir: Path) -> dict[str, str]:
    """放进这次运行的对比页；没有放过就没有。"""
    path = run_dir / FILE
    return {TITLE: path.read_text(encoding="utf-8")} if path.exists() else {}


def page(found: Mapping[str, Any]) -> str:
    """整页网页。"""
    rows: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in found["totals"]}
    for row in found["rows"]:
        rows[row["kind"]].append(row)
    targets = found["targets"]
    body = [
        f"<h2>{TITLE}</h2>",
        _targets(targets),
        *(f'<p class="warn">{escape(note)}</p>' for note in found["notes"]),
        *(_section(kind, some, targets) for kind, some in rows.items()),
        _checks(found["checks"], targets),
    ]
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{TITLE}</title>'
        f"<style>{_STYLE}</style>{''.join(body)}</html>\n"
    )


def _section(
    kind: str, rows: Sequence[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]]
) -> str:
    """结论不同的摊开，缘由写在格里；其余按功能折叠。"""
    if not rows:
        inside = "<p>没有。</p>"
    elif kind == _OPEN:
        inside = _rows(rows, targets, reasons=True)
    else:
        inside = "".join(_folded(rows, targets))
    return f"<h3>{kind}的 {len(rows)} 条</h3>{inside}"


def _checks(rows: Sequence[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]]) -> str:
    """安全检查按性质的数目：公开的报告只给得出这些。"""
    if not rows:
        return ""
    names = ("性质", *(one["label"] for one in targets))
    heads = "".join(f"<th>{escape(name)}</th>" for name in names)
    lines = "".join(
        f"<tr><td>{escape(row['property'])} {escape(row['meaning'])}</td>"
        f"{''.join(f'<td>{_pills(counts)}</td>' for counts in row['cells'])}</tr>"
        for row in rows
    )
    title = "<h3>安全检查的数目（公开的报告只有数目）</h3>"
    return f"{title}<table><tr>{heads}</tr>{lines}</table>"


def _targets(targets: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['label'])}<br>"
        f'<span class="dim">{escape(one["kind"])} · {escape(one["transport"])}</span></td>'
        f"<td>{escape(one['suite'])}</td><td>{escape(one['started'][:16].replace('T', ' '))}</td>"
        f"{''.join(_level(one, level) for level in LEVELS)}</tr>"
        for one in targets
    )
    heads = "".join(f"<th>{head}</th>" for head in ("目标", "套件", "开始", *LEVELS))
    return f"<table><tr>{heads}</tr>{rows}</table>"


def _level(target: Mapping[str, Any], level: str) -> str:
    return f"<td>{escape(target['results'][level])}<br>{_pills(target['counts'][level])}</td>"


def _pills(counts: Mapping[str, int]) -> str:
    return "".join(_pill(name, f"{name} {count}") for name, count in counts.items() if count)


def _pill(verdict: str, text: str, title: str = "") -> str:
    hint = f' title="{escape(title)}"' if title else ""
    return f'<b style="background:{_COLOURS[verdict]}"{hint}>{escape(text)}</b>'


def _rows(
    rows: Iterable[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]], *, reasons: bool
) -> str:
    """一张表，功能各占一行小标题；`reasons` 把各家的缘由写在格里。"""
    heads = ("规格", "级别", "场景", *(one["label"] for one in targets))
    lines = [f"<tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr>"]
    for feature, group in _by_feature(rows).items():
        lines.append(f'<tr class="feature"><td colspan="{len(heads)}">{escape(feature)}</td></tr>')
        lines += [_row(row, reasons) for row in group]
    return f"<table>{''.join(lines)}</table>"


def _row(row: Mapping[str, Any], reasons: bool) -> str:
    cells = "".join(f"<td>{_cell(cell, reasons)}</td>" for cell in row["cells"])
    return (
        f"<tr><td>{row['id']}</td><td>{row['level']}</td><td>{escape(row['name'])}"
        f'<br><span class="dim">{escape(row["rule"])}</span></td>{cells}</tr>'
    )


def _cell(cell: Mapping[str, Any], reasons: bool) -> str:
    told = "；".join(cell["reasons"])
    pill = _pill(cell["verdict"], cell["shown"], told)
    return f'{pill}<br><span class="dim">{escape(told)}</span>' if reasons and told else pill


def _folded(
    rows: Iterable[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]]
) -> Iterable[str]:
    for feature, group in _by_feature(rows).items():
        inside = _rows(group, targets, reasons=False)
        yield f"<details><summary>{escape(feature)}（{len(group)}）</summary>{inside}</details>"


def _by_feature(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["feature"]].append(row)
    return groups
