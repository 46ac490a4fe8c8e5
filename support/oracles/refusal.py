"""拒绝：有名有姓的拒绝才算。断线、超时、崩溃都不是拒绝，而是无法判定。"""

from __future__ import annotations

from collections.abc import Sequence

from support.model import Event, Kind, Outcome, Verdict


def refused(events: Sequence[Event], token: str) -> Verdict:
    """这句话被拒绝：连接按约定关闭，没有回复，模型也没有看见它。"""
    own = [event for event in events if event.token == token]
    kinds = {event.kind for event in own}
    seqs = tuple(event.seq for event in own)
    if Kind.HEARD in kinds or Kind.PROMPT in kinds:
        got = "得到了回复" if Kind.HEARD in kinds else "进了提示词"
        return Verdict(
            Outcome.VIOLATED,
            f"该拒绝的话{got}",
            len(own),
            seqs,
            expected="被拒绝：没有回复，模型也没有看见",
            actual=got,
        )
    if Kind.REFUSED in kinds:
        return Verdict(Outcome.HELD, "被拒绝", len(own), seqs)
    return Verdict(Outcome.INCONCLUSIVE, "没有回复也没有明确的拒绝", len(own), seqs)


def accepted_then_refused(events: Sequence[Event], good: str, bad: str) -> Verdict:
    """先放行 `good`（对照）、后拒绝 `bad`；对照没放行则无法判定。"""
    if not any(event.kind is Kind.HEARD and event.token == good for event in events):
        return Verdict(Outcome.INCONCLUSIVE, "有效的密钥也没有被放行，拒绝证明不了什么", 1)
    return refused(events, bad)
