"""证据页：把一个场景的台账写成几张自足的 HTML 小页。

职责：排版。不做什么：不判断谁越了界（照裁决里的写），不引用任何外部资源与脚本。
口令只淡淡地露出它代表的话，越界的那几处才醒目。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

from support.model import Canary, Event, Kind, Leak, Outcome, ScenarioRecord, Surface
from support.reports.html.components import render
from support.reports.wording import clock, describe_event, evidence_lines, leaked_in, pieces, who

_MOST_ROWS = 200
_MOST_PROMPTS = 20
_MOST_OWN = 4
_PROMPT_HEAD, _PROMPT_TAIL = 1500, 1500
_ASIDE = (Kind.FAULT, Kind.REFUSED, Kind.FAILED)


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

    def text(self, event: Event, text: str, *, most: int = 10_000) -> Markup:
        """事件里的一段文字：自己的口令淡化、超过 `most` 处略去，越界的一处不少地标红。"""
        # 一份提示词里上千段：逐段转义成普通的字，拼完再交给模板，比一段一个 Markup 快几倍。
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
        return Markup("".join(marked))


def render_all(view: View) -> dict[str, str]:
    """各页的名字与内容；没有内容的页不出现。"""
    facts = {
        "对话记录": ("dialogue", _dialogue(view)),
        "裁决与证据": ("verdicts", _verdicts(view)),
        "越界审计": ("audit", _audit(view)),
        "提示词": ("prompts", _prompts(view)),
    }
    return {
        title: render(name, title=title, **found) for title, (name, found) in facts.items() if found
    }


def _dialogue(view: View) -> dict[str, Any]:
    """谁对哪位麦麦说了什么、得到什么；哨兵话是套件自己的，不列。"""
    rows = list(_rows(view))
    return {"rows": rows[:_MOST_ROWS], "rest": len(rows) - _MOST_ROWS} if rows else {}


def _rows(view: View) -> Iterator[dict[str, Any]]:
    sentinels = {event.token for event in view.events if event.data.get("sentinel")}
    heard, acked = defaultdict(list), set()
    said = {event.token for event in view.events if event.kind is Kind.SAID}
    for event in view.events:
        if event.kind is Kind.HEARD:
            heard[event.token].append(event)
        elif event.kind is Kind.ACKED:
            acked.add(event.token)
    for event in view.events:
        if event.token and event.token in sentinels:
            continue
        if event.kind is Kind.SAID:
            answers = [] if event.data.get("resend") else heard[event.token]
            yield _said_row(view, event, answers, acked=event.token in acked)
        elif event.kind is Kind.HEARD and event.token not in said:
            yield _stray_row(view, event)
        elif event.kind in _ASIDE:
            yield {"aside": describe_event(event, view.canaries, view.leaks)}


def _said_row(view: View, event: Event, answers: Sequence[Event], *, acked: bool) -> dict[str, Any]:
    source, resend = event.data.get("source"), event.data.get("resend")
    silence = "重发，回复记在原话上" if resend else "没有回复"
    return {
        **_spoken(view, [event, *answers]),
        "words": view.text(event, event.text),
        "note": "重发" if resend else source and f"来自{source}",
        "replies": [view.text(answer, answer.text, most=_MOST_OWN) for answer in answers],
        "silence": silence if acked or resend else f"{silence}，也没有确认",
        "waits": [f"{(answer.mono - event.mono) * 1000:.0f} 毫秒" for answer in answers],
    }


def _stray_row(view: View, event: Event) -> dict[str, Any]:
    """认不出答的是哪句话的回复。"""
    return {
        **_spoken(view, [event]),
        "words": "",
        "note": "（没有对应的话）",
        "replies": [view.text(event, event.text, most=_MOST_OWN)],
        "silence": "",
        "waits": [],
    }


def _spoken(view: View, events: Sequence[Event]) -> dict[str, Any]:
    """头一条事件的时刻与主人，以及引用了这几条事件的裁决。"""
    event, seqs = events[0], {event.seq for event in events}
    return {
        "at": clock(event.wall),
        "who": who(event.by),
        "place": " · ".join(filter(None, (event.by.agent, event.by.platform, event.by.chat))),
        "verdicts": [one for one in view.record.verdicts if seqs & set(one.evidence)],
    }


def _verdicts(view: View) -> dict[str, Any]:
    record = view.record
    if not record.verdicts and not record.reason:
        return {}
    cited = [
        (one, "\n".join(evidence_lines(one, view.events, view.canaries))) for one in record.verdicts
    ]
    return {"record": record, "verdicts": cited, "held": Outcome.HELD}


def _audit(view: View) -> dict[str, Any]:
    """有哪些看得见的面，以及裁判在其中认定的越界。"""
    surfaces = [event.surface for event in view.events if event.surface and event.by.tenant]
    if not surfaces:
        return {}
    leaks = [
        (leak, _moment(leak.event), view.text(leak.event, leak.event.text[:400]))
        for leak in view.leaks[:_MOST_ROWS]
    ]
    seen = " · ".join(f"{face.value} {surfaces.count(face)} 处" for face in Surface)
    return {"seen": seen, "canaries": len(view.canaries), "leaks": leaks}


def _moment(event: Event) -> str:
    return f"#{event.seq:04d} {clock(event.wall)}"


def _prompts(view: View) -> dict[str, Any]:
    """模型看到的全文，默认折叠；越界的展开。"""
    prompts = [event for event in view.events if event.kind is Kind.PROMPT]
    shown = [_prompt(view, event) for event in prompts[:_MOST_PROMPTS]]
    return {"prompts": shown, "rest": len(prompts) - len(shown)} if prompts else {}


def _prompt(view: View, event: Event) -> dict[str, Any]:
    text = event.text
    if len(text) > _PROMPT_HEAD + _PROMPT_TAIL:
        cut = len(text) - _PROMPT_HEAD - _PROMPT_TAIL
        text = f"{text[:_PROMPT_HEAD]}\n……（略去 {cut} 字）……\n{text[-_PROMPT_TAIL:]}"
    return {
        "at": _moment(event),
        "facts": " · ".join(filter(None, (who(event.by), str(event.data.get("model", ""))))),
        "length": len(event.text),
        "leaked": len(leaked_in(event, view.leaks)),
        "text": view.text(event, text),
    }
