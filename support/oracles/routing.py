"""送达：回复只到问的人手里——他的密钥、他的平台、他的聊天，别的连接一声不响。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from support.canary import find_tokens
from support.model import Event, Kind, Outcome, Verdict


class Line(NamedTuple):
    """一条连接：谁的、哪个平台、拿哪把密钥、用哪台设备（空为第一把、第一台）。"""

    tenant: str
    agent: str
    platform: str
    key: str = ""
    device: str = ""


def line_of(event: Event) -> Line:
    """这件事发生在哪条连接上。"""
    by, data = event.by, event.data
    return Line(by.tenant, by.agent, by.platform, data.get("key", ""), data.get("device", ""))


def _answers(event: Event) -> str:
    """一条回复答的是哪句话：开头的口令；没有口令就信连接的认领。"""
    tokens = find_tokens(event.text)
    return tokens[0] if tokens else event.token


def _said(events: Sequence[Event]) -> Mapping[str, Event]:
    return {e.token: e for e in events if e.kind is Kind.SAID and not e.data.get("resend")}


def _heard(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.kind is Kind.HEARD]


def only_to_asker(events: Sequence[Event], tokens: Sequence[str]) -> Verdict:
    """`tokens` 的每条回复都到问话的密钥、平台与聊天；只有一个去处时谈不上送错。

    同一把密钥在同一平台的几台设备算一个去处。
    """
    said, wanted = _said(events), set(tokens)
    places = {line_of(e)._replace(device="") for e in events if e.kind is Kind.OPENED}
    chats = {(line_of(said[t]), said[t].by.chat) for t in tokens if t in said}
    replies = [(e, said[_answers(e)]) for e in _heard(events) if _answers(e) in wanted & set(said)]
    if not replies or max(len(places), len(chats)) < 2:
        return Verdict(Outcome.INCONCLUSIVE, "没有回复，或只有一个去处，谈不上送错", len(replies))
    wrong = [heard for heard, asked in replies if _is_astray(heard, asked)]
    seqs = tuple(heard.seq for heard, _ in replies)
    if not wrong:
        return Verdict(Outcome.HELD, f"{len(replies)} 条回复都送对了", len(replies), seqs)
    return Verdict(
        Outcome.VIOLATED,
        f"送错了人：{len(wrong)} 条回复到了别处",
        len(replies),
        tuple(event.seq for event in wrong),
        expected="只送到问的人手里",
        actual="到了" + "、".join(sorted({event.by.label() for event in wrong})),
    )


def _is_astray(heard: Event, asked: Event) -> bool:
    same_line = line_of(heard)._replace(device="") == line_of(asked)._replace(device="")
    same_chat = heard.by.chat in ("", asked.by.chat)
    return not (same_line and same_chat)


def unheard(events: Sequence[Event], place: Line) -> Verdict:
    """`place` 这条连接除了答它自己的话，一条也没收到。

    对照：它自己的哨兵话得到了回复（连接活着），而且别处确有回复送出。
    """
    said = _said(events)
    here = [event for event in _heard(events) if line_of(event) == place]
    own = [e for e in here if _answers(e) in said and line_of(said[_answers(e)]) == place]
    alive = [event for event in own if said[_answers(event)].data.get("sentinel")]
    elsewhere = [event for event in _heard(events) if line_of(event) != place]
    stray = [event for event in here if event not in own]
    if stray:
        return Verdict(
            Outcome.VIOLATED,
            f"收到了不该收到的：{len(stray)} 条回复",
            len(here),
            tuple(event.seq for event in stray),
            expected="一条也没收到",
            actual=f"收到 {len(stray)} 条",
        )
    if not alive or not elsewhere:
        claim = "旁听的连接没有证明自己活着，或别处也没有回复，“没收到”证明不了什么"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(here))
    seqs = tuple(event.seq for event in (*alive, *elsewhere))
    return Verdict(Outcome.HELD, "一条也没收到", len(seqs), seqs)


def every_device_once(events: Sequence[Event], token: str, count: int) -> Verdict:
    """问话的密钥在问话的平台上有 `count` 台设备连着，每台恰好收到 1 条。"""
    said = _said(events).get(token)
    if said is None:
        return Verdict(Outcome.INCONCLUSIVE, "这句话没有说出口", 0)
    home = line_of(said)._replace(device="")
    devices = {line_of(e) for e in events if e.kind is Kind.OPENED}
    devices = {place for place in devices if place._replace(device="") == home}
    if len(devices) != count:
        claim = f"连着的设备是 {len(devices)} 台，不是 {count} 台"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(devices))
    heard = [event for event in _heard(events) if _answers(event) == token]
    counts = Counter(line_of(event) for event in heard)
    seqs = tuple(event.seq for event in heard)
    if all(counts[place] == 1 for place in devices):
        return Verdict(Outcome.HELD, f"{count} 台设备各收到 1 条", count, seqs)
    actual = "、".join(
        f"{place.device or '第一台'}收到 {counts[place]} 条" for place in sorted(devices)
    )
    return Verdict(
        Outcome.VIOLATED,
        "有的设备没收到，或收到了两遍",
        count,
        (said.seq, *seqs),
        expected="每台设备 1 条",
        actual=actual,
    )
