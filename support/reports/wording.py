"""措辞：一条事件、一次违反、一条复现命令，在各处都是同一个写法。

职责：把台账事件与裁决写成中文一行或七行。不做什么：不读台账，不判断谁能看见什么
（越界由裁判给出）。
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from support.config import DEFAULT_CONFIG
from support.known import describe
from support.model import Canary, Event, Kind, Leak, Outcome, Owner, ScenarioRecord, Verdict

NO_CANARIES: Mapping[str, Canary] = {}
NO_KNOBS: Mapping[str, str] = {}
_AIM = ("config", "target", "control_url", "server_url")
_MARK = re.compile(r"（?(zx[0-9a-hjkmnp-tv-z]{12})）?")
_SHOWN_EVIDENCE = 8


class Piece(NamedTuple):
    """一段文字；`canary` 非空时它原本是这枚口令，`leaked` 表示不该在这里出现。"""

    text: str
    canary: Canary | None = None
    leaked: bool = False


def pieces(
    text: str, canaries: Mapping[str, Canary] = NO_CANARIES, leaked: frozenset[str] = frozenset()
) -> Iterator[Piece]:
    """把口令换成它代表的话：自己的淡淡带过，别人的指名道姓。"""
    at = 0
    for found in _MARK.finditer(text):
        yield Piece(text[at : found.start()])
        at = found.end()
        token, whole = found.group(1), found.group(0)
        canary = canaries.get(token)
        follows = whole.startswith("（")  # 紧跟在原话后面，不必再说一遍
        if token in leaked and canary is not None:
            words = "话" if follows else f"“{shorten(canary.words, 24)}”"
            yield Piece(f"〔{who(canary.owner)}的{words}〕", canary, True)
        elif not follows:
            yield Piece(f"〔{shorten(canary.words, 16)}〕" if canary else "〔口令〕", canary)
    yield Piece(text[at:])


def readable(
    text: str, canaries: Mapping[str, Canary] = NO_CANARIES, leaked: frozenset[str] = frozenset()
) -> str:
    """去掉口令、人能读的一段文字。"""
    return "".join(piece.text for piece in pieces(text, canaries, leaked))


def found_in(
    text: str, canaries: Mapping[str, Canary] = NO_CANARIES, leaked: frozenset[str] = frozenset()
) -> str:
    """提示词里认得出的话，不该有的在前；开头那些是部署自己的措辞，抄来证明不了什么。"""
    seen = [canaries[mark[1]] for mark in _MARK.finditer(text) if mark[1] in canaries]
    ranked = sorted(dict.fromkeys(seen), key=lambda canary: canary.token not in leaked)
    told = (
        f"〔{who(canary.owner)}的“{canary.words}”〕"
        if canary.token in leaked
        else f"〔{canary.words}〕"
        for canary in ranked
    )
    return f"{len(text)} 字，有{'、'.join(told) or '不认得的内容'}"


def shorten(text: str, limit: int) -> str:
    """压成一行并截到 `limit` 个字。"""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def who(owner: Owner) -> str:
    """谁：租户/用户；没有用户就是租户/智能体。"""
    return "/".join(filter(None, (owner.tenant_name, owner.user or owner.agent))) or "未知"


def clock(wall: float) -> str:
    """钟点，到毫秒。"""
    return datetime.fromtimestamp(wall).strftime("%H:%M:%S.%f")[:-3]


def leaked_in(event: Event, leaks: Iterable[Leak]) -> frozenset[str]:
    """裁判认定这条事件里越界的口令。"""
    return frozenset(leak.canary.token for leak in leaks if leak.event.seq == event.seq)


def describe_event(
    event: Event,
    canaries: Mapping[str, Canary] = NO_CANARIES,
    leaks: Iterable[Leak] = (),
    *,
    limit: int = 80,
) -> str:
    """一条事件的一行中文：``#0042 14:03:07.120 科技公司/小雨 说出“…”``。"""
    leaked = leaked_in(event, leaks)
    tell = found_in if event.kind is Kind.PROMPT else readable
    quote = shorten(tell(event.text, canaries, leaked), limit)
    return f"#{event.seq:04d} {clock(event.wall)} {who(event.by)} {_deed(event, quote)}"


def _deed(event: Event, quote: str) -> str:
    data = event.data
    said = f"“{quote}”" if quote else ""
    sentences = {
        Kind.SAID: f"{'重发' if data.get('resend') else '说出'}{said}",
        Kind.ACKED: "的话已被服务确认",
        Kind.HEARD: f"{'' if event.by.user else '的连接'}收到{said}",
        Kind.REFUSED: f"被拒绝（{data.get('code', '未给代码')}）{said}",
        Kind.FAILED: f"没能说成（{data.get('reason', '原因不明')}）{said}",
        Kind.BODY: f"{data.get('method', '')} {data.get('path', '')} 得到 "
        f"{data.get('status', '无状态')}{said}",
        Kind.PROMPT: f"的模型看到提示词（{quote}）",
        Kind.OPENED: "连上了",
        Kind.CLOSED: f"的连接关闭（{data.get('code', '无代码')}）",
        Kind.FAULT: f"遇到套件制造的故障：{data.get('what', '未注明')}",
        Kind.CREATED: f"建立 {data.get('resource', '')} {data.get('id', '')}",
        Kind.REMOVED: f"删除 {data.get('resource', '')} {data.get('id', '')}",
        Kind.LEFTOVER: f"没能删除 {data.get('resource', '')} {data.get('id', '')}："
        f"{data.get('reason', '原因不明')}",
        Kind.PLANTED: f"登记口令“{data.get('words', '')}”",
        Kind.BEGAN: "场景开始",
        Kind.ENDED: "场景结束",
        Kind.CLAIM: f"裁决{said}",
    }
    return sentences[event.kind]


def evidence_lines(
    verdict: Verdict, events: Sequence[Event], canaries: Mapping[str, Canary] = NO_CANARIES
) -> list[str]:
    """一次裁决引用的事件，一条一行；太多时只列前几条并说明还有几条。"""
    by_seq = {event.seq: event for event in events}
    cited = [by_seq[seq] for seq in verdict.evidence if seq in by_seq]
    lines = [describe_event(event, canaries, verdict.leaks) for event in cited[:_SHOWN_EVIDENCE]]
    rest = len(verdict.evidence) - len(lines)
    if not rest:
        return lines
    return [*lines, f"{'另有' if lines else '共'} {rest} 条，见台账"]


def violation_text(
    verdict: Verdict,
    *,
    spec: str,
    evidence: Sequence[str] = (),
    reproduce: str = "",
    ledger: str = "",
) -> str:
    """一次违反的固定写法：结论、规格、期望、实际、证据、复现、台账；没有内容的行不写。"""
    rows = [
        ("规格", spec),
        ("期望", verdict.expected),
        ("实际", verdict.actual),
        ("证据", "\n      ".join(evidence)),
        ("复现", reproduce),
        ("台账", ledger),
    ]
    return "\n".join([verdict.claim, *(f"{head}  {body}" for head, body in rows if body)])


def aimed(knobs: Mapping[str, object]) -> dict[str, str]:
    """复现时要照样给 behave 的旋钮：对着哪份配置、哪个地址；缺省的配置不必写。"""
    given = {name: knobs.get(name) for name in _AIM}
    if str(given["config"]) == str(DEFAULT_CONFIG):
        given["config"] = None
    return {name: str(value) for name, value in given.items() if value}


def reproduce_command(location: str, *, seed: str = "", knobs: Mapping[str, str] = NO_KNOBS) -> str:
    """重跑这一个场景的命令；`knobs` 是 :func:`aimed` 挑出来的。"""
    given = {**knobs, **({"seed": seed} if seed else {})}
    options = (f" -D {shlex.quote(f'{name}={value}')}" for name, value in given.items())
    return f"python -m behave {location}{''.join(options)}"


def target_name(target: Mapping[str, str | None]) -> str:
    """被测目标：类别、名字、版本；名字与类别相同时只说一遍。"""
    parts = (target[key] for key in ("kind", "name", "version"))
    return " ".join(dict.fromkeys(part for part in parts if part))


def totals_line(totals: Mapping[str, int]) -> str:
    """各种裁决的个数；没有已知违反就不提它。"""
    shown = ((name, n) for name, n in totals.items() if n or name != Outcome.KNOWN.value)
    return " · ".join(f"{name} {count}" for name, count in shown)


def explain(
    record: ScenarioRecord,
    events: Sequence[Event] = (),
    canaries: Mapping[str, Canary] = NO_CANARIES,
    *,
    seed: str = "",
    knobs: Mapping[str, str] = NO_KNOBS,
) -> str:
    """一个没有通过的场景，报告里最先看到的那段话；通过的返回空串。"""
    if record.verdict is Outcome.HELD:
        return ""
    known = record.known if record.verdict is Outcome.KNOWN else None
    texts = [
        violation_text(
            verdict,
            spec=f"{record.id} {record.name}".strip(),
            evidence=evidence_lines(verdict, events, canaries),
            reproduce=reproduce_command(record.location, seed=seed, knobs=knobs),
        )
        for verdict in record.verdicts
        if verdict.outcome is (Outcome.VIOLATED if known else record.verdict)
    ]
    if record.verdict is Outcome.VIOLATED and texts:
        return "\n\n".join(texts)
    if known is not None:
        origin = f"{record.verdict.value}（{describe(known.since, known.reason)}）"
        head = "\n".join(filter(None, (origin, known.link)))
        return "\n\n".join([head, *(texts or [record.reason])])
    # 缘由往往就是其中一次裁决的结论，不说两遍。
    texts = [text.removeprefix(f"{record.reason}\n") for text in texts]
    reason = f"{record.verdict.value}：{record.reason or '没有写明原因'}"
    return "\n".join([reason, *texts])
