"""扣下：话已经送到大模型，答好了也不送——本人收不到，别人更收不到。"""

from __future__ import annotations

from collections.abc import Sequence

from support.canary import find_tokens
from support.model import Event, Kind, Outcome, Verdict


def withheld(events: Sequence[Event], token: str) -> Verdict:
    """`token` 这句话的回复没有送到任何人手里。

    对照：大模型确实看见了这句话，而且在它之后别的话得到了回复（服务还活着）。
    """
    asked = [e for e in events if e.kind is Kind.PROMPT and e.token == token]
    said = [e for e in events if e.kind is Kind.SAID and e.token == token]
    heard = [e for e in events if e.kind is Kind.HEARD and said and e.seq > said[0].seq]
    sent = [e for e in heard if e.token == token or token in find_tokens(e.text)]
    if sent:
        return Verdict(
            Outcome.VIOLATED,
            "失效之后仍把回复送了出去",
            len(heard),
            tuple(event.seq for event in sent),
            expected="没有得到回复",
            actual="送到了" + "、".join(sorted({event.by.label() for event in sent})),
        )
    if not asked or not heard:
        claim = "话没有送到大模型，或此后谁也没有得到回复，“没有得到回复”证明不了什么"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(asked))
    seqs = tuple(event.seq for event in (*asked, *heard))
    return Verdict(Outcome.HELD, "没有得到回复，而别人得到了", len(seqs), seqs)
