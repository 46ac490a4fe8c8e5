"""公平：邻居吵闹时，安静的一家与自己平时比，不慢出许多，也不超过许诺的时间。

自己与自己比：机器快慢、别的场景在不在跑，两头都一样，剩下的差别就是邻居造成的。
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from support.metrics import exchanges, percentiles
from support.model import Event, Kind, Outcome, Verdict

#: 平时与吵闹时都至少要有这么多句，中位数才说明问题。
ENOUGH = 10
#: 中位数至多慢到平时的这么多倍；平时快过 FLOOR 秒的按 FLOOR 算，免得毫秒级的抖动被放大。
RATIO, FLOOR = 5.0, 0.04


def fair(
    events: Sequence[Event], quiet: Sequence[str], loud: Sequence[str], *, seconds: float
) -> Verdict:
    """`quiet`、`loud` 是平时与吵闹时说的话；吵闹要确实罩住了 `loud` 的全程。"""
    calm, pressed = _latencies(events, quiet), _latencies(_while_noisy(events), loud)
    measured = [latency for latency in calm if latency is not None]
    if min(len(measured), len(loud)) < ENOUGH or len(measured) < len(quiet):
        claim = f"平时 {len(measured)} 句、吵闹时 {len(loud)} 句，至少各要 {ENOUGH} 句"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(measured) + len(loud))
    if not _is_covered(events, loud):
        return Verdict(Outcome.INCONCLUSIVE, "吵闹没有罩住全程，比不出快慢", len(loud))
    seqs = tuple(e.seq for e in events if e.token in set(loud) and e.kind is Kind.HEARD)
    answered = [latency for latency in pressed if latency is not None]
    if len(answered) < len(loud):
        lost = len(loud) - len(answered)
        return _starved(f"{lost} 句没有得到回复", len(loud), seqs, seconds)
    before, after = median(measured), median(answered)
    worst = percentiles(answered)
    assert worst is not None, "答过的话不少于 ENOUGH 句"
    actual = (
        f"平时中位 {before * 1000:.0f} 毫秒，吵闹时中位 {after * 1000:.0f} 毫秒、"
        f"九成五在 {worst['p95']:.2f} 秒内"
    )
    if worst["p95"] > seconds or after > RATIO * max(before, FLOOR):
        return _starved(actual, len(loud), seqs, seconds)
    return Verdict(Outcome.HELD, actual, len(calm) + len(loud), seqs)


def _starved(actual: str, examined: int, seqs: tuple[int, ...], seconds: float) -> Verdict:
    return Verdict(
        Outcome.VIOLATED,
        f"被邻居拖累：{actual}",
        examined,
        seqs,
        expected=f"九成五在 {seconds:g} 秒内，中位不慢于平时的 {RATIO:g} 倍",
        actual=actual,
    )


def _latencies(events: Sequence[Event], tokens: Sequence[str]) -> list[float | None]:
    table = exchanges(events)
    return [table[token].latency for token in tokens if token in table]


def _is_covered(events: Sequence[Event], loud: Sequence[str]) -> bool:
    """第一句之前邻居已经闹起来，最后一句说完之后才停。"""
    own = [e.seq for e in events if e.token in set(loud) and e.kind is Kind.SAID]
    noise = [e for e in events if e.kind is Kind.FAULT and "acts" in e.data]
    waves = [e.seq for e in noise if e.data["acts"] > 0]
    ends = [e.seq for e in noise if e.data["acts"] == 0]
    return bool(own and waves and ends and min(waves) < min(own) and max(own) < max(ends))


def _while_noisy(events: Sequence[Event]) -> list[Event]:
    """邻居停下之前的事；停下之后才来的回复，等于吵闹时没有回复。"""
    ends = [e.seq for e in events if e.kind is Kind.FAULT and e.data.get("acts") == 0]
    return [event for event in events if not ends or event.seq < max(ends)]
