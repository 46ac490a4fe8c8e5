"""记得与不记得：看提示词里有没有那句话的口令；看不到提示词时看回复。

“不记得”只有在同一时刻确实有人记得（成对对照）时才算数，否则无法判定。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from support.canary import find_tokens
from support.model import Event, Kind, Outcome, Verdict


def seen_by(events: Iterable[Event], question: str) -> tuple[list[Event], set[str]]:
    """答这句话时想起的内容：先取它的提示词，取不到再取它的回复。返回 (证据, 口令)。"""
    own = [event for event in events if event.token == question]
    prompts = [event for event in own if event.kind is Kind.PROMPT]
    return _with_tokens(prompts or [event for event in own if event.kind is Kind.HEARD], question)


def shown_by(events: Iterable[Event], question: str) -> tuple[list[Event], set[str]]:
    """答这句话时露出的内容：提示词与回复都算。“不记得”要两处都没有。"""
    kinds = (Kind.PROMPT, Kind.HEARD)
    own = [event for event in events if event.token == question and event.kind in kinds]
    return _with_tokens(own, question)


def _with_tokens(evidence: list[Event], question: str) -> tuple[list[Event], set[str]]:
    tokens = {token for event in evidence for token in find_tokens(event.text)}
    return evidence, tokens - {question}


def remembers(events: Sequence[Event], *, question: str, wanted: str, words: str) -> Verdict:
    """答 `question` 时记得口令 `wanted` 所属的那句话 `words`。"""
    evidence, tokens = seen_by(events, question)
    seqs = tuple(event.seq for event in evidence)
    if not evidence:
        return Verdict(Outcome.INCONCLUSIVE, f"没有看到作答过程，无从知道记不记得“{words}”", 0)
    if wanted in tokens:
        return Verdict(Outcome.HELD, f"记得“{words}”", len(evidence), seqs)
    return Verdict(
        Outcome.VIOLATED,
        f"忘了自己的话：“{words}”",
        len(evidence),
        seqs,
        expected=f"作答时想得起“{words}”",
        actual=f"{len(evidence)} 份作答依据里都没有这句话",
    )


def forgets(
    events: Sequence[Event], *, question: str, unwanted: str, words: str, controls: Sequence[str]
) -> Verdict:
    """答 `question` 时不记得 `unwanted`；`controls` 是理应记得它的提问，至少一处真记得才算数。"""
    evidence, tokens = shown_by(events, question)
    seqs = tuple(event.seq for event in evidence)
    if unwanted in tokens:
        return Verdict(
            Outcome.VIOLATED,
            f"想起了别处的话：“{words}”",
            len(evidence),
            seqs,
            expected=f"作答时想不起“{words}”",
            actual="作答依据里就有这句话",
        )
    if not evidence:
        return Verdict(Outcome.INCONCLUSIVE, f"没有看到作答过程，无从知道记不记得“{words}”", 0)
    if not any(unwanted in seen_by(events, control)[1] for control in controls):
        claim = f"没有人记得“{words}”，“不记得”证明不了什么"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(evidence), seqs)
    return Verdict(Outcome.HELD, f"不记得“{words}”，而主人记得", len(evidence), seqs)


def only_remembers(
    events: Sequence[Event], *, question: str, wanted: str, words: str, planted: Iterable[str]
) -> Verdict:
    """记得 `wanted`，且本场景别处说的话（`planted`）一句也没有。"""
    verdict = remembers(events, question=question, wanted=wanted, words=words)
    if verdict.outcome is not Outcome.HELD:
        return verdict
    others = set(planted) - {wanted}
    if not others:
        claim = f"除了“{words}”没有人说过别的，“只”字证明不了什么"
        return Verdict(Outcome.INCONCLUSIVE, claim, verdict.examined, verdict.evidence)
    strangers = shown_by(events, question)[1] & others
    if not strangers:
        return Verdict(Outcome.HELD, f"只记得“{words}”", verdict.examined, verdict.evidence)
    return Verdict(
        Outcome.VIOLATED,
        f"除了“{words}”还想起了 {len(strangers)} 句别处的话",
        verdict.examined,
        verdict.evidence,
        expected=f"作答时只想得起“{words}”",
        actual=f"另有 {len(strangers)} 句",
    )
