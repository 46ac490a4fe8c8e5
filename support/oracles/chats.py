"""逐个聊天看次序：同一个聊天里先说的先答，不同的聊天互不相干。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from support.model import Event, Kind, Outcome, Owner, Verdict
from support.oracles.delivery import in_order


def in_order_by_chat(events: Sequence[Event], tokens: Sequence[str]) -> Verdict:
    """`tokens` 按聊天分开，各自的回复次序与说话次序一致；没有一个聊天看得出次序就无法判定。"""
    wanted, chats = set(tokens), defaultdict(list)
    for event in events:
        if event.kind is Kind.SAID and event.token in wanted and not event.data.get("resend"):
            chats[_chat(event.by)].append(event.token)
    verdicts = [(place, in_order(events, lines)) for place, lines in chats.items()]
    for place, verdict in verdicts:
        if verdict.outcome is Outcome.VIOLATED:
            return Verdict(
                Outcome.VIOLATED,
                f"次序乱了：{place.label()}",
                verdict.examined,
                verdict.evidence,
                expected=verdict.expected,
                actual=verdict.actual,
            )
    held = [verdict for _, verdict in verdicts if verdict.outcome is Outcome.HELD]
    examined = sum(verdict.examined for verdict in held)
    if not held:
        return Verdict(Outcome.INCONCLUSIVE, "没有一个聊天有两条回复，看不出次序", 0)
    evidence = tuple(seq for verdict in held for seq in verdict.evidence)
    claim = f"{len(held)} 个聊天、{examined} 条回复次序不乱"
    return Verdict(Outcome.HELD, claim, examined, evidence)


def _chat(owner: Owner) -> Owner:
    """聊天不分说话的是谁。"""
    return Owner(owner.tenant, owner.agent, owner.platform, owner.chat)
