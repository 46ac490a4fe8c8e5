"""计数与分位数：台账的纯函数。逐句核对，因此一丢一重不会互相抵消。

口径：发送 = 说出口的话（重发、哨兵不算）；回复 = 听到至少一条回复的话；拒绝 = 被明确拒绝且
没有回复；丢失 = 其余。于是恒有 发送 = 回复 + 丢失 + 拒绝。
迟到是回复里超过耐心的那部分；重复是第二条起的回复；延迟以秒计，套件自己按住或打断的话不计。
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from support.model import Event, Kind, Leak


@dataclass(slots=True)
class Exchange:
    """一句话从说出到有下场的全部经过。"""

    said: Event
    acked: bool = False
    refused: bool = False
    failed: bool = False
    heard: list[Event] = field(default_factory=list)

    @property
    def latency(self) -> float | None:
        """说出到第一条回复的秒数；没有回复则为空。"""
        return self.heard[0].mono - self.said.mono if self.heard else None

    @property
    def measured(self) -> bool:
        """耗时是否算服务的（套件没有按住或打断它）。"""
        return not self.said.data.get("disturbed")


@dataclass(frozen=True, slots=True)
class Tally:
    """一家租户的账。"""

    tenant: str
    sent: int
    acked: int
    replied: int
    lost: int
    refused: int
    duplicated: int
    foreign: int
    late: int
    errors: int
    latency: Mapping[str, float] | None


def exchanges(events: Iterable[Event]) -> dict[str, Exchange]:
    """把台账按句归拢：口令 → 这句话的经过（哨兵不算）。"""
    table: dict[str, Exchange] = {}
    for event in events:
        if event.kind is Kind.SAID:
            if not event.data.get("resend") and not event.data.get("sentinel"):
                table[event.token] = Exchange(event)
        elif event.token in table:
            _note(table[event.token], event)
    return table


def _note(exchange: Exchange, event: Event) -> None:
    if event.kind is Kind.ACKED:
        exchange.acked = True
    elif event.kind is Kind.HEARD:
        exchange.heard.append(event)
    elif event.kind is Kind.REFUSED:
        exchange.refused = True
    elif event.kind is Kind.FAILED:
        exchange.failed = True


def tallies(events: Sequence[Event], leaks: Iterable[Leak], *, patience: float) -> list[Tally]:
    """每家租户（按展示名归并）的账；`patience` 是等一条回复的秒数。"""
    groups: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges(events).values():
        groups[exchange.said.by.tenant_name].append(exchange)
    foreign: dict[str, int] = defaultdict(int)
    for leak in leaks:
        foreign[leak.observer.tenant_name] += 1
    return [
        tally(name, groups[name], foreign=foreign[name], patience=patience)
        for name in sorted({*groups, *foreign})
    ]


def tally(name: str, group: Sequence[Exchange], *, foreign: int, patience: float) -> Tally:
    """一组话的账。"""
    replied = [exchange for exchange in group if exchange.heard]
    refused = [exchange for exchange in group if exchange.refused and not exchange.heard]
    timed = [x.latency for x in replied if x.measured and x.latency is not None]
    return Tally(
        tenant=name,
        sent=len(group),
        acked=sum(exchange.acked for exchange in group),
        replied=len(replied),
        lost=sum(not exchange.heard and not exchange.refused for exchange in group),
        refused=len(refused),
        duplicated=sum(len(exchange.heard) - 1 for exchange in replied),
        foreign=foreign,
        late=sum(latency > patience for latency in timed),
        errors=sum(exchange.failed for exchange in group),
        latency=percentiles(timed),
    )


def percentiles(seconds: Sequence[float]) -> dict[str, float] | None:
    """p50、p95、p99 与最大值（最近秩法，不插值）；一条也没有则为空。"""
    if not seconds:
        return None
    ranked = sorted(seconds)

    def at(share: float) -> float:
        return ranked[max(0, math.ceil(share * len(ranked)) - 1)]

    return {"p50": at(0.50), "p95": at(0.95), "p99": at(0.99), "max": ranked[-1]}


def span(group: Sequence[Exchange]) -> float:
    """从第一句说出到最后一条回复的秒数。"""
    if not group:
        return 0.0
    began = min(exchange.said.mono for exchange in group)
    ended = [heard.mono for exchange in group for heard in exchange.heard]
    return max(ended, default=began) - began
