"""限额：一家说了几句得到回答、几句被限流；被限流的话也有答复，但不送到大模型。"""

from __future__ import annotations

from collections.abc import Sequence

from support.canary import find_tokens
from support.model import Event, Kind, Outcome, Verdict


def metered(
    events: Sequence[Event], tokens: Sequence[str], *, answered: int, limited: int
) -> Verdict:
    """`tokens` 里恰好 `answered` 句得到回答、`limited` 句得到不带任何人的话的限流提示。

    大模型看见过的话才算回答：限流拦在大模型之前，才省得下它的钱。
    """
    if not tokens:
        return Verdict(Outcome.INCONCLUSIVE, "一句话也没说，谈不上限流", 0)
    seen = {event.token for event in events if event.kind is Kind.PROMPT}
    heard = {e.token: e for e in events if e.kind is Kind.HEARD and e.token in set(tokens)}
    real = [token for token in tokens if token in heard and token in seen]
    noticed = [token for token in tokens if token in heard and token not in seen]
    wordy = [token for token in noticed if find_tokens(heard[token].text)]
    seqs = tuple(heard[token].seq for token in tokens if token in heard)
    actual = (
        f"{len(real)} 句得到回答，{len(noticed)} 句被限流，{len(tokens) - len(heard)} 句没有答复"
    )
    if wordy:
        actual += f"，{len(wordy)} 条提示里有人说过的话"
    right = (len(real), len(noticed), len(heard)) == (answered, limited, len(tokens))
    if right and not wordy:
        return Verdict(Outcome.HELD, actual, len(tokens), seqs)
    return Verdict(
        Outcome.VIOLATED,
        f"限额不对：{actual}",
        len(tokens),
        seqs,
        expected=f"{answered} 句得到回答，{limited} 句被限流",
        actual=actual,
    )
