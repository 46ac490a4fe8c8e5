"""兜底：大模型没能作答时，麦麦在许诺的时间里给一句固定的话，不带任何人的话。"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from support.canary import find_tokens
from support.metrics import exchanges
from support.model import Event, Kind, Outcome, Verdict

#: 别的话要多久，兜底最多是它的这么多倍。
_TIMES = 20


def fell_back(events: Sequence[Event], token: str, seconds: float) -> Verdict:
    """`token` 这句话在 `seconds` 秒内得到兜底答复，里面一枚口令也没有。

    对照：大模型确实收到过这句话，而且没有一次答成。
    许诺的秒数是给平常的机器的：这一场里别的话自己就要很久，就照它们的中位放宽。
    """
    said = [e for e in events if e.kind is Kind.SAID and e.token == token]
    calls = [e for e in events if e.kind is Kind.PROMPT and e.token == token]
    if not said or not calls or any(call.data.get("outcome") == "answered" for call in calls):
        claim = "大模型没有收到这句话，或其实答成了，谈不上兜底"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(calls))
    heard = [e for e in events if e.kind is Kind.HEARD and e.token == token]
    seqs = tuple(event.seq for event in (*said[:1], *calls, *heard))
    took = heard[0].mono - said[0].mono if heard else None
    wordy = [event for event in heard if find_tokens(event.text)]
    limit = max(seconds, _TIMES * _usual(events, token))
    if took is not None and took <= limit and not wordy:
        return Verdict(Outcome.HELD, f"{took:.2f} 秒得到兜底答复", len(seqs), seqs)
    actual = "没有得到答复" if took is None else f"{took:.2f} 秒得到答复"
    if wordy:
        actual += "，里面有人说过的话"
    return Verdict(
        Outcome.VIOLATED,
        f"兜底答复不对：{actual}",
        len(seqs),
        seqs,
        expected=f"{limit:g} 秒内得到一句不带任何人的话的答复",
        actual=actual,
    )


def _usual(events: Sequence[Event], token: str) -> float:
    """别的话得到回复的中位秒数；没有别的话是 0。"""
    table = exchanges(events)
    took = [one.latency for asked, one in table.items() if asked != token and one.latency]
    return median(took) if took else 0.0
