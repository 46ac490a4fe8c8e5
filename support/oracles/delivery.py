"""投递：每句话恰好得到一条回复、次序不乱、只送到说话的人手里。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from support.model import Event, Kind, Outcome, Verdict


def _heard(events: Sequence[Event], tokens: Sequence[str]) -> list[Event]:
    wanted = set(tokens)
    return [event for event in events if event.kind is Kind.HEARD and event.token in wanted]


def exactly_once(events: Sequence[Event], tokens: Sequence[str]) -> Verdict:
    """`tokens` 里的每句话恰好得到 1 条回复。逐句判断：一丢一重不会互相抵消。"""
    if not tokens:
        return Verdict(Outcome.INCONCLUSIVE, "一句话也没说，谈不上回复", 0)
    heard = _heard(events, tokens)
    counts = Counter(event.token for event in heard)
    lost = [token for token in tokens if counts[token] == 0]
    twice = [token for token in tokens if counts[token] > 1]
    if not lost and not twice:
        claim = f"{len(tokens)} 句话各得到 1 条回复"
        return Verdict(Outcome.HELD, claim, len(tokens), tuple(event.seq for event in heard))
    bad = set(lost) | set(twice)
    said = tuple(e.seq for e in events if e.token in bad and e.kind in (Kind.SAID, Kind.HEARD))
    name = "丢失" if lost else "重复"
    return Verdict(
        Outcome.VIOLATED,
        f"{name}：{len(tokens)} 句话里 {len(lost)} 句没有回复、{len(twice)} 句回复多于 1 条",
        len(tokens),
        said,
        expected="每句话恰好 1 条回复",
        actual=f"丢失 {len(lost)}，重复 {len(twice)}",
    )


def in_order(events: Sequence[Event], tokens: Sequence[str]) -> Verdict:
    """回复的次序与说话的次序一致；少于两条回复无法判定。"""
    order = list(dict.fromkeys(event.token for event in _heard(events, tokens)))
    if len(order) < 2:
        return Verdict(Outcome.INCONCLUSIVE, "回复不足两条，看不出次序", len(order))
    expected = [token for token in tokens if token in set(order)]
    seqs = tuple(event.seq for event in _heard(events, tokens))
    if order == expected:
        return Verdict(Outcome.HELD, f"{len(order)} 条回复次序不乱", len(order), seqs)
    ranks = [expected.index(token) + 1 for token in order]
    return Verdict(
        Outcome.VIOLATED,
        "次序乱了",
        len(order),
        seqs,
        expected="1、2、3……依次",
        actual="、".join(map(str, ranks)),
    )


def before(events: Sequence[Event], first: str, second: str) -> Verdict:
    """`first` 的回复先于 `second` 的送达；缺后一条就无法判定，只缺前一条就是没有先于。"""
    heard = {event.token: event for event in reversed(_heard(events, (first, second)))}
    if set(heard) == {second}:
        claim = "被别家拖住了：后一句得到了回复，前一句还没有"
        return Verdict(
            Outcome.VIOLATED,
            claim,
            1,
            (heard[second].seq,),
            expected="先得到回复",
            actual="没有得到回复",
        )
    if len(heard) < 2:
        return Verdict(Outcome.INCONCLUSIVE, "两句话没有都得到回复，谈不上先后", len(heard))
    seqs = (heard[first].seq, heard[second].seq)
    if seqs[0] < seqs[1]:
        return Verdict(Outcome.HELD, "先后如约", 2, seqs)
    return Verdict(
        Outcome.VIOLATED, "被别家拖住了", 2, seqs, expected="先得到回复", actual="后得到回复"
    )
