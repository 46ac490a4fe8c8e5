"""证据页：把一个场景的台账写成几张自足的 HTML 小页。

职责：排版。不做什么：不判断谁越了界（照裁决里的写），不引用任何外部资源与脚本。
口令只淡淡地露出它代表的话，越界的那几处才醒目。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from support.model import Canary, Event, Kind, Leak, Outcome, ScenarioRecord, Surface, Verdict
from support.reports.wording import clock, describe_event, evidence_lines, leaked_in, pieces, who

_MOST_ROWS = 200
_MOST_PROMPTS = 20
_MOST_OWN = 4
_PROMPT_HEAD, _PROMPT_TAIL = 1500, 1500
_ASIDE = (Kind.FAULT, Kind.REFUSED, Kind.FAILED)
_COLOURS = {
    Outcome.HELD: "#15803d",
    Outcome.VIOLATED: "#b91c1c",
    Outcome.KNOWN: "#a21caf",
    Outcome.INCONCLUSIVE: "#b45309",
    Outcome.SKIPPED: "#64748b",
}
_STYLE = """
:root{color-scheme:light}
body{margin:0;padding:8px 2px;background:#fff;color:#1e293b;
 font:13px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
table{border-collapse:collapse;width:100%}
th{text-align:left;color:#64748b;font-weight:500;white-space:nowrap}
th,td{padding:5px 10px 5px 0;border-bottom:1px solid #e2e8f0;vertical-align:top}
.dim,.own{color:#94a3b8}.own{font-size:12px}.num{white-space:nowrap}
.num,pre{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px}
mark{background:#fee2e2;color:#b91c1c;padding:0 2px;border-radius:3px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f8fafc;padding:8px;margin:6px 0}
.said{min-width:11em;width:30%}summary{cursor:pointer}
section{margin:0 0 14px}section p{margin:2px 0}
.tag{color:#fff;border-radius:4px;padding:1px 7px;margin-right:8px;font-size:12px;
 white-space:nowrap}
"""


@dataclass(frozen=True)
class View:
    """一个场景的全部材料。"""

    record: ScenarioRecord
    events: Sequence[Event]
    canaries: Mapping[str, Canary]

    @property
    def leaks(self) -> list[Leak]:
        """裁判认定的全部越界。"""
        return [leak for verdict in self.record.verdicts for leak in verdict.leaks]

    def text(self, event: Event, text: str, *, most: int = 10_000) -> str:
        """事件里的一段文字：自己的口令淡化、超过 `most` 处略去，越界的一处不少地标红。"""
        marked: list[str] = []
        own, hole = 0, 0
        for piece in pieces(text, self.canaries, leaked_in(event, self.leaks)):
            shown = escape(piece.text)
            if piece.leaked:
                shown = f"<mark>{shown}</mark>"
            elif piece.canary is not None:
                own += 1
                hole = len(marked) if own == most + 1 else hole
                shown = "" if own > most else f'<span class="own">{shown}</span>'
            elif own > most and piece.text == "、":
                shown = ""
            marked.append(shown)
        if own > most:
            marked[hole] = f'<span class="own">等另外 {own - most} 处自己的话</span>'
        return "".join(marked)


def render_all(view: View) -> dict[str, str]:
    """各页的名字与内容；没有内容的页不出现。"""
    bodies = {
        "对话记录": _dialogue(view),
        "裁决与证据": _verdicts(view),
        "越界审计": _audit(view),
        "提示词": _prompts(view),
    }
    head = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>{_STYLE}</style>'
    return {name: head + body for name, body in bodies.items() if body}


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    cells = "".join(f"<th>{head}</th>" for head in heads)
    return f"<table><tr>{cells}</tr>{''.join(rows)}</table>"


def _dialogue(view: View) -> str:
    """谁对哪位麦麦说了什么、得到什么；哨兵话是套件自己的，不列。"""
    sentinels = {event.token for event in view.events if event.data.get("sentinel")}
    heard, acked = defaultdict(list), set()
    said = {event.token for event in view.events if event.kind is Kind.SAID}
    for event in view.events:
        if event.kind is Kind.HEARD:
            heard[event.token].append(event)
        elif event.kind is Kind.ACKED:
            acked.add(event.token)
    rows = []
    for event in view.events:
        if event.token and event.token in sentinels:
            continue
        if event.kind is Kind.SAID:
            answers = [] if event.data.get("resend") else heard[event.token]
            rows.append(_said_row(view, event, answers, acked=event.token in acked))
        elif event.kind is Kind.HEARD and event.token not in said:
            rows.append(_stray_row(view, event))
        elif event.kind in _ASIDE:
            line = escape(describe_event(event, view.canaries, view.leaks))
            rows.append(f'<tr><td colspan="6" class="dim">{line}</td></tr>')
    if not rows:
        return ""
    rest = len(rows) - _MOST_ROWS
    more = f'<p class="dim">另有 {rest} 行，见台账。</p>' if rest > 0 else ""
    heads = ("时间", "谁说给哪位麦麦", "说的话", "麦麦的回复", "用时", "裁决")
    return _table(heads, rows[:_MOST_ROWS]) + more


def _said_row(view: View, event: Event, answers: Sequence[Event], *, acked: bool) -> str:
    source = event.data.get("source")
    note = "重发" if event.data.get("resend") else source and f"来自{source}"
    replies = "<br>".join(view.text(answer, answer.text, most=_MOST_OWN) for answer in answers)
    silence = "重发，回复记在原话上" if event.data.get("resend") else "没有回复"
    silence += "" if acked or event.data.get("resend") else "，也没有确认"
    waits = "<br>".join(f"{(answer.mono - event.mono) * 1000:.0f} 毫秒" for answer in answers)
    cells = [
        f'<td class="num dim">{clock(event.wall)}</td>',
        f"<td>{_speaker(event)}</td>",
        f'<td class="said">{view.text(event, event.text)}{_dim(note)}</td>',
        f"<td>{replies or _dim(silence)}</td>",
        f'<td class="num">{waits}</td>',
        f"<td>{''.join(_marks(view, [event, *answers]))}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _stray_row(view: View, event: Event) -> str:
    """认不出答的是哪句话的回复。"""
    reply = view.text(event, event.text, most=_MOST_OWN)
    return (
        f'<tr><td class="num dim">{clock(event.wall)}</td><td>{_speaker(event)}</td>'
        f"<td>{_dim('（没有对应的话）')}</td><td>{reply}</td><td></td>"
        f"<td>{''.join(_marks(view, [event]))}</td></tr>"
    )


def _speaker(event: Event) -> str:
    place = " · ".join(filter(None, (event.by.agent, event.by.platform, event.by.chat)))
    return f"{escape(who(event.by))}{_dim(place)}"


def _dim(text: object) -> str:
    return f'<div class="dim">{escape(str(text))}</div>' if text else ""


def _marks(view: View, events: Sequence[Event]) -> Iterator[str]:
    """引用了这几条事件的裁决。"""
    seqs = {event.seq for event in events}
    for verdict in view.record.verdicts:
        if seqs & set(verdict.evidence):
            yield f'<span title="{escape(verdict.claim)}">{_tag(verdict.outcome)}</span>'


def _tag(outcome: Outcome) -> str:
    return f'<span class="tag" style="background:{_COLOURS[outcome]}">{outcome.value}</span>'


def _verdicts(view: View) -> str:
    reason = view.record.reason
    head = f"<section>{_tag(view.record.verdict)}{escape(reason)}</section>" if reason else ""
    return head + "".join(_verdict(view, verdict) for verdict in view.record.verdicts)


def _verdict(view: View, verdict: Verdict) -> str:
    facts = [("期望", verdict.expected), ("实际", verdict.actual)]
    lines = [f"<p>{head}　{escape(text)}</p>" for head, text in facts if text]
    cited = "\n".join(evidence_lines(verdict, view.events, view.canaries))
    listed = f"<pre>{escape(cited)}</pre>" if cited else ""
    if listed and verdict.outcome is Outcome.HELD:
        listed = f'<details><summary class="dim">引用的证据</summary>{listed}</details>'
    return (
        f"<section>{_tag(verdict.outcome)}<b>{escape(verdict.claim)}</b>"
        f'<span class="dim">　看了 {verdict.examined} 条证据</span>'
        f"{''.join(lines)}{listed}</section>"
    )


def _audit(view: View) -> str:
    """有哪些看得见的面，以及裁判在其中认定的越界。"""
    surfaces = [event.surface for event in view.events if event.surface and event.by.tenant]
    if not surfaces:
        return ""
    seen = " · ".join(f"{face.value} {surfaces.count(face)} 处" for face in Surface)
    head = f"<p>看得见的面（含收场）：{seen}；登记的口令 {len(view.canaries)} 枚。</p>"
    if not view.leaks:
        return f"{head}<p>没有一次裁决报告越界；扫描的结论见“裁决与证据”。</p>"
    rows = [
        f"<tr><td>{escape(leak.canary.owner.label())}</td><td>{escape(leak.observer.label())}</td>"
        f"<td>{leak.surface.value}</td><td>{escape(leak.canary.words)}</td>"
        f'<td><span class="num dim">#{leak.event.seq:04d} {clock(leak.event.wall)}</span><br>'
        f"{view.text(leak.event, leak.event.text[:400])}</td></tr>"
        for leak in view.leaks[:_MOST_ROWS]
    ]
    return head + _table(("谁的话", "被谁看见", "在哪里", "原话", "看见的样子"), rows)


def _prompts(view: View) -> str:
    """模型看到的全文，默认折叠；越界的展开。"""
    prompts = [event for event in view.events if event.kind is Kind.PROMPT]
    shown = [_prompt(view, event) for event in prompts[:_MOST_PROMPTS]]
    rest = len(prompts) - len(shown)
    more = f'<p class="dim">另有 {rest} 份提示词，见台账。</p>' if rest else ""
    return "".join(shown) + more


def _prompt(view: View, event: Event) -> str:
    text = event.text
    if len(text) > _PROMPT_HEAD + _PROMPT_TAIL:
        cut = len(text) - _PROMPT_HEAD - _PROMPT_TAIL
        text = f"{text[:_PROMPT_HEAD]}\n……（略去 {cut} 字）……\n{text[-_PROMPT_TAIL:]}"
    leaked = leaked_in(event, view.leaks)
    facts = " · ".join(filter(None, (who(event.by), str(event.data.get("model", "")))))
    alarm = f"　<mark>有 {len(leaked)} 处别人的话</mark>" if leaked else ""
    return (
        f"<details{' open' if leaked else ''}><summary>"
        f'<span class="num dim">#{event.seq:04d} {clock(event.wall)}</span> {escape(facts)}'
        f'<span class="dim">　{len(event.text)} 字</span>{alarm}</summary>'
        f"<pre>{view.text(event, text)}</pre></details>"
    )
