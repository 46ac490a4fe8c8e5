"""公平：邻居闹与不闹，安静的各家各自与自己平时比，慢了几倍，有几成把握。

职责：由各段的起止与逐句的账判，纯函数。不做什么：不碰网络、不制造吵闹。
闹与不闹一段隔一段地轮换：机器一时快一时慢，两边摊得一样多，剩下的差别才是邻居造成的。
区间用自助法：先抽段（一静一闹成对），再在段里抽句。同一段里的句子排在同一条队里，互相牵连，
只按句抽会把区间算得太窄；段数少，只按段抽又太粗，所以两层都抽。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from support.load.account import Column, Lines
from support.model import Outcome

#: 每家每一段至少要有这么多句，中位数才说明问题。
ENOUGH = 10
#: 平时快过这么多秒的按它算，免得毫秒级的抖动被放大成几倍。
FLOOR = 0.04
#: 一段开头这么多秒里该说的不计：上一段的余波还没散。
SETTLING = 0.3
_DRAWS, _SURE = 1000, 95.0


@dataclass(frozen=True, slots=True)
class Arm:
    """一段：闹不闹、起止的单调钟秒；`acts` 是闹了几下，`accepted` 是服务收下了几下。"""

    loud: bool
    began: float
    ended: float
    acts: int = 0
    accepted: int = 0
    #: 这一段闹够了没有：服务收下的不到这么多，就谈不上吵闹。
    needed: int = 0
    #: 开始时服务缓过来了没有；没有的话，静的一段里还有上一段的余波。
    settled: bool = True

    @property
    def pressed(self) -> bool:
        """真的闹起来了。"""
        return self.accepted >= max(self.needed, 1)


@dataclass(frozen=True, slots=True)
class Household:
    """一家安静租户的结论；时间单位秒，`low`、`high` 是倍数的区间。"""

    tenant: str
    verdict: str
    claim: str
    calm: int
    pressed: int
    lost: int
    calm_median: float | None = None
    pressed_median: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


def judge(
    lines: Lines,
    tenants: Mapping[str, Column],
    arms: Sequence[Arm],
    *,
    kind: str,
    ratio: float,
    seed: int,
) -> dict[str, Any]:
    """整场的结论。`tenants` 是每家选中哪些句子。"""
    doubt = _doubt(lines, arms)
    rows = [_household(name, lines, mine, arms, ratio, seed) for name, mine in tenants.items()]
    found = [Outcome(row.verdict) for row in rows] or [Outcome.INCONCLUSIVE]
    outcome = Outcome.INCONCLUSIVE if doubt else max(found, key=lambda one: one.severity)
    return {
        "kind": kind,
        "verdict": outcome.value,
        "reason": doubt or "；".join(_reasons(rows, outcome)),
        "allowed_ratio": ratio,
        "floor_s": FLOOR,
        "confidence": _SURE,
        "tenants": [asdict(row) for row in rows],
        "jain": {
            name: _jain(lines, tenants, arms, loud) for name, loud in (("off", False), ("on", True))
        },
        "sender_lag_s": _lag(lines, arms),
        "arms": [{**asdict(arm), "pressed": not arm.loud or arm.pressed} for arm in arms],
    }  # fmt: skip


def _reasons(rows: Sequence[Household], outcome: Outcome) -> list[str]:
    return [f"{row.tenant}：{row.claim}" for row in rows if row.verdict == outcome.value]


def _doubt(lines: Lines, arms: Sequence[Arm]) -> str:
    """让整场作不了数的缘由：没有轮换、没有闹起来、自己先发晚了。"""
    loud = [arm for arm in arms if arm.loud]
    if len(loud) < 2 or len(arms) < 2 * len(loud):
        return f"闹了 {len(loud)} 段，至少要一静一闹两个来回"
    idle = [arm for arm in loud if not arm.pressed]
    if idle:
        least = min(idle, key=lambda arm: arm.accepted - arm.needed)
        return (
            f"{len(idle)} 段没有真的闹起来：服务只收下 {least.accepted} 下，"
            f"至少要 {max(least.needed, 1)} 下"
        )
    if not all(arm.settled for arm in arms):
        return "邻居收手之后，服务过了两个耐心还没有缓过来，静的一段不静，无从比较"
    lag = _lag(lines, arms)
    if lag is not None and lag > FLOOR:
        return f"客户端先到顶：一半的话发晚了 {lag * 1000:.0f} 毫秒以上，慢在哪一头说不清"
    return ""


def _lag(lines: Lines, arms: Sequence[Arm]) -> float | None:
    """吵闹时，话比该说的时刻晚发了多少（中位）。"""
    within = _any([_within(lines, arm) for arm in arms if arm.loud], len(lines))
    late = (lines.said - lines.due)[within]
    return float(np.median(late)) if len(late) else None


def _within(lines: Lines, arm: Arm) -> Column:
    return (lines.due >= arm.began + SETTLING) & (lines.due < arm.ended)


def _any(columns: Sequence[Column], length: int) -> Column:
    return np.logical_or.reduce(columns) if columns else np.zeros(length, bool)


def _household(
    name: str, lines: Lines, mine: Column, arms: Sequence[Arm], ratio: float, seed: int
) -> Household:
    chosen = [mine & _within(lines, arm) for arm in arms]
    calm, loud = ([c for c, arm in zip(chosen, arms, strict=True) if arm.loud is x]
                  for x in (False, True))  # fmt: skip
    lost = _lost(lines, mine, _any(calm, len(lines)), arms)
    sizes = [int(np.count_nonzero(one)) for one in chosen]
    rows = {"calm": sum(map(np.count_nonzero, calm)), "pressed": sum(map(np.count_nonzero, loud))}
    counts = {name: int(number) for name, number in rows.items()} | {"lost": lost[1]}
    if not (calm and loud):
        return Household(name, Outcome.INCONCLUSIVE.value, "一静一闹没有量完", 0, 0, 0)
    if lost[0]:
        claim = f"邻居没闹的时候就有 {lost[0]} 句没有得到回复，没有平时可比"
        return Household(name, Outcome.INCONCLUSIVE.value, claim, **counts)
    if lost[1]:
        claim = f"邻居一闹，{lost[1]} 句没有得到回复"
        return Household(name, Outcome.VIOLATED.value, claim, **counts)
    if min(sizes, default=0) < ENOUGH:
        return Household(name, Outcome.INCONCLUSIVE.value, _too_few(sizes, arms), **counts)
    pairs = [(lines.latency[a], lines.latency[b]) for a, b in zip(calm, loud, strict=False)]
    return _measured(name, pairs, ratio, seed, counts)


def _lost(lines: Lines, mine: Column, calm: Column, arms: Sequence[Arm]) -> tuple[int, int]:
    """没闹时丢的，与闹起来之后丢的（起闹、收场的那一阵也算邻居头上）。"""
    gone = mine & ~lines.replied
    since = gone & ~calm & (lines.due >= min((arm.ended for arm in arms), default=0.0))
    return int(np.count_nonzero(gone & calm)), int(np.count_nonzero(since))


def _too_few(sizes: Sequence[int], arms: Sequence[Arm]) -> str:
    least = min(sizes, default=0)
    wanted = f"把话说密到 {ENOUGH / max(least, 1):.1f} 倍（--rate）或把每段拉长（--duration）"
    return f"最少的一段只有 {least} 句，每段至少要 {ENOUGH} 句（共 {len(arms)} 段）：{wanted}"


def _measured(
    name: str,
    pairs: Sequence[tuple[Column, Column]],
    allowed: float,
    seed: int,
    counts: Mapping[str, int],
) -> Household:
    before = float(np.median(np.concatenate([calm for calm, _ in pairs])))
    after = float(np.median(np.concatenate([loud for _, loud in pairs])))
    low, high = interval(pairs, seed)
    numbers = f"{before * 1000:.1f} → {after * 1000:.1f} 毫秒"
    times = f"{_ratio(before, after):.2f} 倍（{_SURE:g}% 区间 {low:.2f} 到 {high:.2f}）"
    if low > allowed:
        outcome, claim = Outcome.VIOLATED, f"被邻居拖慢：{numbers}，{times}，许可 {allowed:g} 倍"
    elif high > allowed:
        outcome = Outcome.INCONCLUSIVE
        claim = f"区间跨过了许可的 {allowed:g} 倍：{numbers}，{times}；把 --duration 拉长再测"
    else:
        outcome, claim = Outcome.HELD, f"{numbers}，{times}"
    return Household(
        name, outcome.value, claim, **counts,
        calm_median=round(before, 6), pressed_median=round(after, 6),
        ratio=round(_ratio(before, after), 4), low=round(low, 4), high=round(high, 4),
    )  # fmt: skip


def _ratio(before: float, after: float) -> float:
    """慢了几倍；两头都垫到 FLOOR，快进 FLOOR 里的抖动不算快也不算慢。"""
    return max(after, FLOOR) / max(before, FLOOR)


def interval(pairs: Sequence[tuple[Column, Column]], seed: int) -> tuple[float, float]:
    """中位数之比的区间：成对抽段，再在段里抽句。同一个种子，同样的区间。"""
    rng = np.random.default_rng(seed)
    ratios = np.empty(_DRAWS)
    for draw in range(_DRAWS):
        picked = [pairs[number] for number in rng.integers(len(pairs), size=len(pairs))]
        calm, loud = (
            np.concatenate([side[rng.integers(len(side), size=len(side))] for side in sides])
            for sides in zip(*picked, strict=True)
        )
        ratios[draw] = _ratio(float(np.median(calm)), float(np.median(loud)))
    rest = (100.0 - _SURE) / 2
    low, high = np.percentile(ratios, [rest, 100.0 - rest])
    return float(low), float(high)


def jain(shares: Sequence[float]) -> float:
    """Jain 的公平指数：人人一样是 1，全归一人是 1/人数。"""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 0.0


def _jain(
    lines: Lines, tenants: Mapping[str, Column], arms: Sequence[Arm], loud: bool
) -> float | None:
    """各家在这一边的吞吐：段里该说的，段里就答了几成；各家说得多少不同，所以按成数比。"""
    shares: list[float] = []
    for mine in tenants.values():
        asked = answered = 0
        for arm in (one for one in arms if one.loud is loud):
            due = mine & _within(lines, arm)
            asked += int(np.count_nonzero(due))
            answered += int(np.count_nonzero(due & (lines.due + lines.latency <= arm.ended)))
        if not asked:
            return None
        shares.append(answered / asked)
    return round(jain(shares), 4)
