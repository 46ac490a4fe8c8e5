"""压测的网页 load.html：一页自足，没有脚本、没有外部资源，断了网双击也看得全。

职责：排版。不做什么：不计算；租户的名字、证据的原文一律转义。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from support.reports.facts import load as extras
from support.reports.html import load_charts as pictures
from support.reports.html.charts import STYLE as PLOT_STYLE
from support.reports.text.load import (
    COUNTS,
    CUT_TITLES,
    CUTS,
    GROUPS,
    closing,
    finding_line,
    milliseconds,
    name_of,
    seen_counts,
)

TITLE = "压测"
_COLOURS = {"通过": "#1a7f37", "违反": "#b91c1c", "无法判定": "#9a6700"}
_GREY = "#6e7781"
_STYLE = """:root{--font:-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC","Noto Sans SC","WenQuanYi Micro Hei",sans-serif}
body{font:14px/1.6 var(--font);color:#24292f;background:#fff;max-width:1080px;margin:20px auto;
padding:0 20px}h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:30px 0 6px}
p{margin:4px 0}.dim{color:#57606a;font-size:13px}code{font-size:12px;overflow-wrap:anywhere}
.cards{display:flex;flex-wrap:wrap;gap:10px;margin:14px 0}.card{border:1px solid #d0d7de;
border-radius:8px;padding:8px 14px;min-width:88px}.card b{display:block;font-size:20px;
line-height:1.3}.card span{color:#57606a;font-size:12px}.card.bad{border-color:#b91c1c}
.card.bad b{color:#b91c1c}.pill{display:inline-block;padding:0 10px;border-radius:10px;color:#fff}
table{border-collapse:collapse;margin:6px 0 12px}td,th{border-bottom:1px solid #e6e9ed;
padding:4px 12px 4px 0;text-align:left;vertical-align:top}th{color:#57606a;font-weight:600;
white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}.warn{border-left:4px solid #9a6700;background:#fff8e6;padding:6px 12px;
margin:10px 0}details{margin:6px 0}summary{cursor:pointer}pre{background:#f6f8fa;padding:10px;
white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px;margin:6px 0}"""


def page(results: Mapping[str, Any]) -> str:
    """整页网页。"""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{TITLE} {escape(results['run']['id'])}</title>"
        f"<style>{_STYLE}{PLOT_STYLE}</style></head><body>"
        f"{_head(results)}{_warnings(results)}{_cards(results)}{_thresholds(results)}"
        f"{_findings(results)}{extras.html(results)}{_plots(results)}{_tables(results)}{_foot(results)}</body></html>"
    )


def _head(results: Mapping[str, Any]) -> str:
    run, target = results["run"], results["run"]["target"]
    who = f"{target['name']} {target['version']}（{target['kind']}，{run['transport']}）"
    return (
        f"<h1>{TITLE} {_pill(results['verdict'])}</h1>"
        f"<p>{escape(results['profile']['described'])}</p>"
        f'<p class="dim">目标：{escape(who)} · {escape(run["started"])}</p>'
    )


def _pill(verdict: str) -> str:
    colour = _COLOURS.get(verdict, _GREY)
    return f'<span class="pill" style="background:{colour}">{escape(verdict)}</span>'


def _warnings(results: Mapping[str, Any]) -> str:
    run = results["run"]
    lines = ["被打断：以下只到打断为止"] if run["interrupted"] else []
    lines += [f"提前停下：{run['aborted']}"] if run["aborted"] else []
    lines += [f"作不了数：{reason}" for reason in run["invalid_reasons"]]
    return "".join(f'<p class="warn">{escape(line)}</p>' for line in lines)


def _cards(results: Mapping[str, Any]) -> str:
    """最要紧的几个数；坏事不是 0 就标红。"""
    totals, latency = results["totals"], results["totals"]["latency"] or {}
    good = {"sent", "acked", "replied"}
    shown = list(seen_counts(results))
    shown += [field for field in ("lost", "foreign") if field not in shown]
    cards = [
        (title, str(totals.get(field, 0)), field not in good and bool(totals.get(field)))
        for title, field in COUNTS
        if field in shown
    ]
    cards.append(("每秒答", f"{results['replies_per_s']:g}", False))
    cards += [(f"{cut} 毫秒", milliseconds(latency.get(cut)), False) for cut in ("p50", "p99")]
    return '<div class="cards">' + "".join(_card(*one) for one in cards) + "</div>"


def _card(title: str, value: str, bad: bool) -> str:
    return (
        f'<div class="card{" bad" if bad else ""}">'
        f"<b>{escape(value)}</b><span>{escape(title)}</span></div>"
    )


def _thresholds(results: Mapping[str, Any]) -> str:
    rows = [
        [_pill(row["verdict"]), escape(row["text"]), escape(row["actual"])]
        for row in results["thresholds"]
    ]
    if not rows and any(extras.sections(results)):
        return ""
    if not rows:
        return '<h2>过关条件</h2><p class="dim">没有写过关条件，只看越界。</p>'
    return f"<h2>过关条件</h2>{_table(('结论', '条件', '实测'), rows, numbers=())}"


def _findings(results: Mapping[str, Any]) -> str:
    scanned = results["scan"]["scanned"]
    if not results["findings"]:
        return f"<h2>越界</h2><p>没有看见。扫过 {scanned} 帧与提示词。</p>"
    return f"<h2>越界</h2><p>扫过 {scanned} 帧与提示词。</p>" + "".join(
        f"<details><summary>{escape(finding_line(one))}</summary>"
        f"<pre>{escape(one['evidence'] or '原文没有留下（只留头几百条）')}</pre></details>"
        for one in results["findings"]
    )


_PICTURES: tuple[tuple[str, Callable[[Mapping[str, Any]], str], str], ...] = (
    ("延迟随时间", pictures.latency, "从该说的那一刻算起；服务卡住时迟发的话也算它等了多久。"),
    ("吞吐随时间", pictures.throughput, "说与答贴在一起，服务跟得上；答在下面，话在排队。"),
    ("分位数曲线", pictures.percentiles, "越往右越少见；陡起来的地方是尾巴。只画有样本的部分。"),
    ("各家租户", pictures.tenants, "同样的话，各家等的一样久才公平。"),
)


def _plots(results: Mapping[str, Any]) -> str:
    drawn = ((title, draw(results), told) for title, draw, told in _PICTURES)
    lost = results["totals"].get("lost", 0)
    caveat = f"丢失的 {lost} 句没有延迟，画不进下面的延迟里：实际比图上差。" if lost else ""
    warning = f'<p class="warn">{caveat}</p>' if lost else ""
    return warning + "".join(
        f'<h2>{title}</h2><p class="dim">{told}</p>{picture or "<p>没有样本，画不出来。</p>"}'
        for title, picture, told in drawn
    )


def _tables(results: Mapping[str, Any]) -> str:
    fields = seen_counts(results)
    counts = [(title, field) for title, field in COUNTS if field in fields]
    head = [title for title, _ in counts] + [CUT_TITLES.get(cut, cut) for cut in CUTS]
    parts = []
    for title, kind in GROUPS:
        rows = [
            [escape(name_of(row)), *(str(row.get(field, 0)) for _, field in counts),
             *(milliseconds((row["latency"] or {}).get(cut)) for cut in CUTS)]
            for row in results[kind]
        ]  # fmt: skip
        numbers = range(1, len(head) + 1)
        table = _table((title, *head), rows, numbers=numbers)
        opened = " open" if len(rows) <= 12 else ""
        parts.append(
            f"<details{opened}><summary>每个{title}（{len(rows)} 行）</summary>{table}</details>"
        )
    silent = [title for title, field in COUNTS if field not in fields]
    zeros = f'<p class="dim">处处都是 0：{"、".join(silent)}。</p>' if silent else ""
    return f"<h2>逐句的账</h2><p class='dim'>延迟单位毫秒。</p>{''.join(parts)}{zeros}"


def _table(head: Iterable[str], rows: Sequence[Sequence[str]], numbers: Iterable[int]) -> str:
    """`rows` 的格子已经转义；`numbers` 是靠右的列。"""
    right = set(numbers)

    def cells(tag: str, row: Iterable[str]) -> str:
        return "".join(
            f"<{tag}{' class=n' if at in right else ''}>{cell}</{tag}>"
            for at, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    titles = cells("th", (escape(title) for title in head))
    return f'<div class="wide"><table><tr>{titles}</tr>{body}</table></div>'


def _foot(results: Mapping[str, Any]) -> str:
    run = results["run"]
    notes = [note for note in results["notes"] if note not in run["invalid_reasons"]]
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    left = "".join(
        f"<li>没有删掉：{escape(str(one['resource']))} {escape(str(one['id']))}"
        f"（{escape(str(one['reason']))}）</li>"
        for one in run.get("leftovers", ())
    )
    said = f"<h2>说明</h2><ul>{listed}{left}</ul>" if listed or left else ""
    return (
        f'{said}<h2>出处</h2><p class="dim">{escape(closing(results))}<br>'
        f"套件 {escape(run['suite_version'])}，运行 {escape(run['id'])}<br>"
        f"<code>{escape(run['command'])}</code></p>"
    )
