"""公平：邻居吵闹时，安静的一家不排在它后面，也不比自己平时慢出许多。

看得见大模型的调用，就数先后，不看钟：一句话确认之后、送到大模型之前，邻居有几句先开了口。
轮着来的服务，这个数不超过同时在答的那几句；先来先答的，它就是邻居积下的全部。快慢都一样。
一句也不排、全都同时答的服务，看邻居的话都还没答完时轮没轮到它。
看不见调用，或邻居的闹法不排队（坏消息、连线），只好比快慢：与自己平时比的倍数，给区间。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from support.metrics import exchanges
from support.model import Event, Kind, Outcome, Verdict

#: 平时与吵闹时都至少要有这么多句，区间才窄得能说明问题。
ENOUGH = 10
#: 同时在答的每一句都可能已经挑好了下一句：先开口的至多是同时在答的这么多倍。
_ROUNDS = 2
#: 一句也不排的服务，正答着这么多句才算闹起来了。
_CROWD = 100
#: 至多慢到平时的这么多倍；平时快过 FLOOR 秒的按 FLOOR 算：容器的处理器配额一停就是一两百毫秒，
#: 平时几毫秒的一句撞上一次就是几十倍，那不是邻居的过错。
RATIO, FLOOR = 10.0, 0.05
#: 慢出那么多倍的话至多占这么多。
SHARE = 0.1
#: 两侧各留百分之二点五。
_SIDES = 1.96
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class _Wait:
    """安静的一句话等到大模型之前：邻居先开口的句数，与那时邻居排着的句数；

    `pressing` 是早已送到大模型、轮到它时还没答完的邻居的话。
    """

    overtaken: int
    queued: int
    pressing: int

    def is_telling(self, limit: int) -> bool:
        """先来先答的服务会不会在这一句上露馅；一句也没排着的，要有一大片正答着。"""
        return self.queued > limit or (not self.queued and self.pressing > _CROWD)


def unobstructed(events: Sequence[Event], loud: Sequence[str], *, gated: bool) -> Verdict:
    """`loud` 是吵闹时说的话：没有一句被邻居的话插到前面。

    `gated` 是邻居的积压由闸造出来的：在答的全停在闸前，数得清；
    没有闸，大模型眨眼就答完，一句占着服务的是从送到大模型到它的回复收到为止。
    """
    if not _is_covered(events, loud):
        return Verdict(Outcome.INCONCLUSIVE, "吵闹没有罩住全程，比不出先后", len(loud))
    seqs = _heard(events, loud)
    lines = _lines(events)
    noise = [line for line in lines.values() if line.noisy]
    most = _most_at_once(noise, gated=gated)
    limit = _ROUNDS * max(most, 1)
    waits = _waits(lines, loud, noise, opened=_opened(events), until=_stopped(events))
    worst = max((wait.overtaken for wait in waits), default=0)
    actual = f"最多有邻居的 {worst} 句先开口；邻居同时在答的至多 {most} 句"
    if worst > limit:
        return _obstructed(actual, limit, len(loud), seqs)
    if lost := _lost(events, loud):
        return _obstructed(f"{lost} 句没有得到回复", limit, len(loud), seqs)
    telling = [wait for wait in waits if wait.is_telling(limit)]
    if len(telling) < ENOUGH:
        claim = (
            f"{len(loud)} 句里只有 {len(telling)} 句确认时邻居排着 {limit} 句以上"
            f"（或一句不排、{_CROWD} 句以上正答着）、又看见了提示词，至少要 {ENOUGH} 句"
        )
        return Verdict(Outcome.INCONCLUSIVE, claim, len(loud))
    behind = min(wait.queued or wait.pressing for wait in telling)
    return Verdict(Outcome.HELD, f"{actual}，排着、没答完的至少 {behind} 句", len(loud), seqs)


def as_quick(events: Sequence[Event], quiet: Sequence[str], loud: Sequence[str]) -> Verdict:
    """`quiet`、`loud` 是平时与吵闹时说的话：吵闹时没有慢出许多。

    倍数的区间由两边的全部配对得来（霍奇斯-莱曼），慢出许多的比例也取区间：
    不靠最慢的一句，也不靠随机。一半快、一半慢得出奇的，前一个区间看不出，后一个看得出。
    """
    calm, pressed = _latencies(events, quiet), _latencies(_while_noisy(events), loud)
    if len(calm) < max(ENOUGH, len(quiet)):
        claim = f"平时 {len(quiet)} 句里答了 {len(calm)} 句，要句句都答、至少 {ENOUGH} 句"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(quiet))
    if not _is_covered(events, loud):
        return Verdict(Outcome.INCONCLUSIVE, "吵闹没有罩住全程，比不出快慢", len(loud))
    seqs = _heard(events, loud)
    if lost := _lost(events, loud):
        return _slowed(f"{lost} 句没有得到回复", len(loud), seqs)
    if len(loud) < ENOUGH:
        claim = f"吵闹时只说了 {len(loud)} 句，至少要 {ENOUGH} 句"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(loud))
    low, high = _times_slower(calm, pressed)
    slow = sum(latency > RATIO * max(median(calm), FLOOR) for latency in pressed)
    actual = (
        f"平时中位 {median(calm) * 1000:.0f} 毫秒，吵闹时中位 {median(pressed) * 1000:.0f} 毫秒，"
        f"慢到 {low:.1f} 至 {high:.1f} 倍，{slow} 句慢出 {RATIO:g} 倍"
    )
    if low > RATIO or _least_share(slow, len(pressed)) > SHARE:
        return _slowed(actual, len(loud), seqs)
    if high > RATIO:
        claim = f"{actual}：跨在两边，说不准"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(calm) + len(loud))
    return Verdict(Outcome.HELD, actual, len(calm) + len(loud), seqs)


def _obstructed(actual: str, limit: int, examined: int, seqs: tuple[int, ...]) -> Verdict:
    return Verdict(
        Outcome.VIOLATED,
        f"排在了邻居后面：{actual}",
        examined,
        seqs,
        expected=f"每句话确认之后、送到大模型之前，邻居至多先开口 {limit} 句",
        actual=actual,
    )


def _slowed(actual: str, examined: int, seqs: tuple[int, ...]) -> Verdict:
    return Verdict(
        Outcome.VIOLATED,
        f"被邻居拖累：{actual}",
        examined,
        seqs,
        expected=f"不慢于平时的 {RATIO:g} 倍（慢出的不超过一成），一句不丢",
        actual=actual,
    )


# ---- 先后 ------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """一句话：是不是闹事的人说的，何时说出、确认、头一次问大模型、问完、收到回复。

    没有过的时刻是无穷大。
    """

    noisy: bool
    said: float
    acked: float = _NEVER
    begun: float = _NEVER
    ended: float = _NEVER
    heard: float = _NEVER


def _lines(events: Sequence[Event]) -> dict[str, _Line]:
    """说过的每句话走到了哪一步；这种接法从不确认的，说出就算确认。"""
    noisy = {(e.by.tenant, e.by.agent) for e in _raids(events)}
    lines = {
        e.token: _Line((e.by.tenant, e.by.agent) in noisy, e.mono)
        for e in events
        if e.kind is Kind.SAID
    }
    for event in events:
        line = lines.get(event.token)
        if line is None:
            continue
        if event.kind is Kind.ACKED:
            line.acked = min(line.acked, event.mono)
        elif event.kind is Kind.HEARD:
            line.heard = min(line.heard, event.mono)
        elif event.kind is Kind.PROMPT and event.mono < line.begun:
            line.begun, line.ended = event.mono, event.data["ended"]
    if all(line.acked == _NEVER for line in lines.values()):
        for line in lines.values():
            line.acked = line.said
    return lines


def _waits(
    lines: Mapping[str, _Line],
    loud: Sequence[str],
    noise: Sequence[_Line],
    *,
    opened: Sequence[float],
    until: float,
) -> list[_Wait]:
    """确认过的每一句的等待；直到邻居停下（`until`）也没有下文的，等到那时。

    闸开了（`opened`）还没确认的，从开闸算起：闸关着没人动得了，不确认就是在等邻居。
    没看见提示词却有回复的，不知道何时轮到，不算。
    """
    waits = []
    for own in (lines[token] for token in loud if token in lines):
        since = min(own.acked, *(at for at in opened if at >= own.said), _NEVER)
        end = own.begun if min(own.begun, own.heard) < _NEVER else until
        if max(since, end) < _NEVER:
            ahead = sum(since < line.begun < end for line in noise)
            queued = sum(line.acked < since < line.begun for line in noise)
            pressing = sum(line.begun < since and end < line.ended for line in noise)
            waits.append(_Wait(ahead, queued, pressing))
    return waits


def _most_at_once(noise: Iterable[_Line], *, gated: bool) -> int:
    """最多有几句同时在答。"""
    asked = [line for line in noise if line.begun < _NEVER]
    turns = [(line.begun, 1) for line in asked]
    turns += [(line.ended if gated else _left(line), -1) for line in asked]
    most = busy = 0
    for _, step in sorted(turns):
        busy += step
        most = max(most, busy)
    return most


def _left(line: _Line) -> float:
    """一句话何时不再占着服务：收到回复，没有回复就是大模型答完。"""
    return max(line.ended, line.heard) if line.heard < _NEVER else line.ended


# ---- 快慢 ------------------------------------------------------------------------


def _times_slower(calm: Sequence[float], pressed: Sequence[float]) -> tuple[float, float]:
    """吵闹时慢到平时的几倍：全部配对之比排好队，去掉两头各百分之二点五的名次。"""
    ratios = sorted(after / max(before, FLOOR) for before in calm for after in pressed)
    n, m = len(calm), len(pressed)
    edge = int(n * m / 2 - _SIDES * sqrt(n * m * (n + m + 1) / 12))
    return ratios[edge], ratios[-edge - 1]


def _least_share(count: int, total: int) -> float:
    """`total` 句里有 `count` 句，真实的比例至少是多少（威尔逊区间的下界）。"""
    share, spread = count / total, _SIDES**2 / total
    margin = _SIDES * sqrt(share * (1 - share) / total + spread / (4 * total))
    return (share + spread / 2 - margin) / (1 + spread)


def _latencies(events: Sequence[Event], tokens: Sequence[str]) -> list[float]:
    table = exchanges(events)
    found = (table[token].latency for token in tokens if token in table)
    return [latency for latency in found if latency is not None]


# ---- 吵闹 ------------------------------------------------------------------------


def _raids(events: Sequence[Event]) -> list[Event]:
    """邻居起的每一波，与叫停（``acts`` 为 0）。"""
    return [e for e in events if e.kind is Kind.FAULT and "acts" in e.data]


def _is_covered(events: Sequence[Event], loud: Sequence[str]) -> bool:
    """第一句之前邻居已经闹起来，最后一句说完之后才停。"""
    own = [e.seq for e in events if e.token in set(loud) and e.kind is Kind.SAID]
    waves = [e.seq for e in _raids(events) if e.data["acts"] > 0]
    ends = [e.seq for e in _raids(events) if e.data["acts"] == 0]
    return bool(own and waves and ends and min(waves) < min(own) and max(own) < max(ends))


def _stopped(events: Sequence[Event]) -> float:
    return max((e.mono for e in _raids(events) if e.data["acts"] == 0), default=_NEVER)


def _opened(events: Sequence[Event]) -> list[float]:
    """每一次开闸的时刻。"""
    return [e.mono for e in events if e.kind is Kind.FAULT and e.data.get("gate") == "open"]


def _while_noisy(events: Sequence[Event]) -> list[Event]:
    """邻居停下之前的事；停下之后才来的回复，等于吵闹时没有回复。"""
    ends = [e.seq for e in _raids(events) if e.data["acts"] == 0]
    return [event for event in events if not ends or event.seq < max(ends)]


def _heard(events: Sequence[Event], tokens: Sequence[str]) -> tuple[int, ...]:
    return tuple(e.seq for e in events if e.token in set(tokens) and e.kind is Kind.HEARD)


def _lost(events: Sequence[Event], tokens: Sequence[str]) -> int:
    """吵闹时没有得到回复的句数。"""
    heard = {e.token for e in _while_noisy(events) if e.kind is Kind.HEARD}
    return len(set(tokens) - heard)
