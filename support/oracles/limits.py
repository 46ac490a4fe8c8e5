"""限额：一家说了几句得到回答、几句被限流；被限流的话也有答复，但不送到大模型。"""

from __future__ import annotations

from collections.abc import Sequence

from support.canary import find_tokens
from support.model import Event, Kind, Outcome, Verdict

_MINUTE, _DAY = 60.0, 86400.0


def metered(
    events: Sequence[Event], tokens: Sequence[str], *, answered: int, limited: int
) -> Verdict:
    """`tokens` 里恰好 `answered` 句得到回答、`limited` 句得到不带任何人的话的限流提示。

    大模型看见过的话才算回答：限流拦在大模型之前，才省得下它的钱。被限流的话哪份提示词里都不许有；
    这家还有说不出为了哪句话的调用，就证明不了省下了。
    """
    if not tokens:
        return Verdict(Outcome.INCONCLUSIVE, "一句话也没说，谈不上限流", 0)
    calls = [event for event in events if event.kind is Kind.PROMPT]
    seen = {event.token for event in calls}
    heard = {e.token: e for e in events if e.kind is Kind.HEARD and e.token in set(tokens)}
    real = [token for token in tokens if token in heard and token in seen]
    noticed = [token for token in tokens if token in heard and token not in seen]
    paid = {token for call in calls for token in find_tokens(call.text)} & set(noticed)
    wordy = [token for token in noticed if find_tokens(heard[token].text)]
    seqs = tuple(heard[token].seq for token in tokens if token in heard)
    actual = (
        f"{len(real)} 句得到回答，{len(noticed)} 句被限流，{len(tokens) - len(heard)} 句没有答复"
    )
    if wordy:
        actual += f"，{len(wordy)} 条提示里有人说过的话"
    if paid:
        actual += f"，{len(paid)} 句被限流的仍送到了大模型"
    right = (len(real), len(noticed), len(heard)) == (answered, limited, len(tokens))
    stray = _stray(events, calls, set(tokens))
    if right and not wordy and not paid and stray:
        claim = f"{actual}；另有 {len(stray)} 次模型调用说不出为了哪句话，没送到大模型证明不了"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(tokens), stray)
    if right and not wordy and not paid:
        return Verdict(Outcome.HELD, actual, len(tokens), seqs)
    if _spans_windows([event for event in events if event.token in set(tokens)]):
        claim = f"{actual}；可是说了一分钟以上或跨了零点，限额从头数起，说不准"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(tokens), seqs)
    return Verdict(
        Outcome.VIOLATED,
        f"限额不对：{actual}",
        len(tokens),
        seqs,
        expected=f"{answered} 句得到回答，{limited} 句被限流",
        actual=actual,
    )


def _spans_windows(events: Sequence[Event]) -> bool:
    """这些话前后超过一分钟，或跨了世界时的零点：每分钟、每天的限额中途会从头数起。"""
    walls = [event.wall for event in events]
    return max(walls) - min(walls) > _MINUTE or max(walls) // _DAY != min(walls) // _DAY


def _stray(events: Sequence[Event], calls: Sequence[Event], tokens: set[str]) -> tuple[int, ...]:
    """说 `tokens` 的那几家，哪些模型调用里一句说过的话也没有。"""
    said = [event for event in events if event.kind is Kind.SAID]
    homes = {event.by.tenant for event in said if event.token in tokens}
    lines = {event.token for event in said}
    own = [call for call in calls if call.by.tenant in homes]
    return tuple(call.seq for call in own if not lines & set(find_tokens(call.text)))
