"""越界审计：任何人看见了不该看见的口令，都是违反。

不需要任何步骤开口：每个场景结束、整次运行结束都扫一遍全部回复、提示词与管理面应答。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from support.canary import find_tokens
from support.model import Canary, Event, Leak, Outcome, Owner, Scope, Verdict


def manifest(events: Iterable[Event]) -> dict[str, Canary]:
    """从台账里取出口令登记：口令 → 它的归属与允许范围。"""
    return {
        event.token: Canary(
            token=event.token,
            owner=event.by,
            scope=Scope(event.data["scope"]),
            words=event.data["words"],
            scenario=event.scenario,
        )
        for event in events
        if event.kind.value == "planted"
    }


def may_see(observer: Owner, canary: Canary) -> bool:
    """`observer` 能不能看见这枚口令。观察者某一维未知（空）时，只按已知的维度判断。"""
    owner = canary.owner
    if observer.tenant != owner.tenant:
        return False
    if canary.scope is Scope.TENANT or not observer.agent:
        return True
    if observer.agent != owner.agent:
        return False
    if canary.scope is Scope.AGENT:
        return True
    if observer.platform and observer.platform != owner.platform:
        return False
    return not observer.chat or observer.chat == owner.chat


def find_leaks(events: Iterable[Event], owners: Mapping[str, Canary]) -> tuple[list[Leak], int]:
    """扫描所有看得见的面；返回 (越界, 扫过的面数)。

    没有归属的管理面应答（管理员看全体）不算任何租户看见。
    """
    leaks: list[Leak] = []
    scanned = 0
    for event in events:
        if event.surface is None or not event.by.tenant:
            continue
        scanned += 1
        for token in find_tokens(event.text):
            canary = owners.get(token)
            if canary is not None and not may_see(event.by, canary):
                leaks.append(Leak(canary, event.by, event.surface, event))
    return leaks, scanned


def apart(observer: Owner, owner: Owner) -> tuple[str, str]:
    """给两边起能分得开的名字：说到头一个不同的维度为止。"""
    names: tuple[list[str], list[str]] = ([], [])
    for dimension in ("tenant_name", "agent", "platform", "chat"):
        left, right = getattr(observer, dimension), getattr(owner, dimension)
        names[0].append(left)
        names[1].append(right)
        if left != right:
            break
    return "/".join(filter(None, names[0])) or "未知", "/".join(filter(None, names[1]))


def check(events: Sequence[Event], owners: Mapping[str, Canary]) -> Verdict:
    """越界审计的裁决。什么都没扫到是无法判定，不是通过。"""
    leaks, scanned = find_leaks(events, owners)
    if leaks:
        first = leaks[0]
        return Verdict(
            Outcome.VIOLATED,
            "越界：“{}”看到了“{}”的话".format(*apart(first.observer, first.canary.owner)),
            examined=scanned,
            evidence=tuple(dict.fromkeys(leak.event.seq for leak in leaks)),
            expected=f"{first.surface.value}里没有“{first.canary.words}”",
            actual=f"扫描 {scanned} 处，{len(leaks)} 处越界，第一处是一条{first.surface.value}",
            leaks=tuple(leaks),
        )
    if scanned == 0:
        return Verdict(Outcome.INCONCLUSIVE, "越界审计没有看到任何内容", examined=0)
    return Verdict(Outcome.HELD, f"扫描 {scanned} 处，没有别人的话", examined=scanned)
