"""对话：话题聊到了没有、人设送到模型没有、各用各的模型密钥没有。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.canary import find_tokens
from support.model import Event, Kind, Outcome, Verdict


def topics_covered(events: Sequence[Event], topics: Sequence[str]) -> Verdict:
    """每个话题都有一句说出口并得到回复的话。"""
    answered = {event.token for event in events if event.kind is Kind.HEARD}
    covered: dict[str, int] = {}
    for event in events:
        if event.kind is Kind.SAID and event.token in answered and event.data.get("topic"):
            covered.setdefault(event.data["topic"], event.seq)
    missing = [topic for topic in topics if topic not in covered]
    if not covered:
        return Verdict(Outcome.INCONCLUSIVE, "没有一句得到回复的话", 0)
    if not missing:
        claim = f"{len(topics)} 个话题都聊到"
        return Verdict(Outcome.HELD, claim, len(covered), tuple(covered.values()))
    return Verdict(
        Outcome.VIOLATED,
        f"没有聊到：{'、'.join(missing)}",
        len(covered),
        tuple(covered.values()),
        expected="、".join(topics),
        actual="、".join(covered),
    )


def persona_carried(
    events: Sequence[Event], questions: Sequence[str], persona: Mapping[tuple[str, str], str]
) -> Verdict:
    """答 `questions` 的每份提示词都带着提问者的智能体的人设。

    `persona`：(租户, 智能体) → 人设的口令。
    """
    wanted = set(questions)
    prompts = [e for e in events if _composing(e) and e.token in wanted]
    if not prompts:
        return Verdict(Outcome.INCONCLUSIVE, "没有看到提示词，不知道人设送到没有", 0)
    bare = [e for e in prompts if not _carries(e, persona.get((e.by.tenant, e.by.agent)))]
    if not bare:
        claim = f"{len(prompts)} 份提示词都带着人设"
        return Verdict(Outcome.HELD, claim, len(prompts), tuple(e.seq for e in prompts))
    return Verdict(
        Outcome.VIOLATED,
        f"{len(bare)} 份提示词没有带上人设",
        len(prompts),
        tuple(e.seq for e in bare),
        expected="每份提示词都带着自己的人设",
        actual=f"{len(prompts)} 份里 {len(bare)} 份没有",
    )


def persona_present(
    events: Sequence[Event], question: str, token: str, *, words: str, expected: bool
) -> Verdict:
    """答 `question` 的提示词里有（或没有）口令为 `token` 的人设。

    “没有”要有对照：本场景里确有别的提示词带着它，否则无法判定。
    """
    prompts = [e for e in events if _composing(e)]
    own = [e for e in prompts if e.token == question]
    carrying = [e for e in prompts if _carries(e, token)]
    seqs, word = tuple(e.seq for e in own), "带着" if expected else "没有带着"
    if not own:
        return Verdict(Outcome.INCONCLUSIVE, "没有看到提示词，不知道人设送到没有", 0)
    wrong = [e for e in own if (e in carrying) is not expected]
    if wrong:
        return Verdict(
            Outcome.VIOLATED,
            f"人设不对：理当{word}“{words}”",
            len(own),
            tuple(e.seq for e in wrong),
            expected=f"{word}人设“{words}”",
            actual=f"{len(own)} 份提示词里 {len(wrong)} 份并非如此",
        )
    if not carrying:
        claim = f"没有一份提示词带着“{words}”，“没有带着”证明不了什么"
        return Verdict(Outcome.INCONCLUSIVE, claim, len(own), seqs)
    return Verdict(Outcome.HELD, f"{word}人设“{words}”", len(own), seqs)


def _composing(event: Event) -> bool:
    """写出回复的那一步。规划、分类之类的内部步骤不说话，约定没有要它们带上人设。"""
    return event.kind is Kind.PROMPT and event.data.get("step", "reply") == "reply"


def _carries(prompt: Event, token: str | None) -> bool:
    """人设送到了：口令像写下时那样括在后面。麦麦在旧回复里复述的口令没有括号，不算送到。"""
    return token in find_tokens(prompt.text) and f"（{token}）" in prompt.text


def own_provider_key(events: Sequence[Event], questions: Sequence[str], key_fp: str) -> Verdict:
    """答 `questions` 的模型调用全部用着指纹为 `key_fp` 的密钥。"""
    wanted = set(questions)
    prompts = [e for e in events if e.kind is Kind.PROMPT and e.token in wanted]
    if not prompts:
        return Verdict(Outcome.INCONCLUSIVE, "没有看到提示词，不知道用了谁的模型密钥", 0)
    wrong = [e for e in prompts if e.data.get("key_fp") != key_fp]
    if not wrong:
        claim = f"{len(prompts)} 次调用都用自己的模型密钥"
        return Verdict(Outcome.HELD, claim, len(prompts), tuple(e.seq for e in prompts))
    return Verdict(
        Outcome.VIOLATED,
        f"{len(wrong)} 次调用用了别人的模型密钥",
        len(prompts),
        tuple(e.seq for e in wrong),
        expected="每次调用都用自己的模型密钥",
        actual=f"{len(prompts)} 次里 {len(wrong)} 次不是",
    )


def used_model(events: Sequence[Event], question: str, model: str) -> Verdict:
    """答 `question` 的模型调用用的都是名为 `model` 的模型。"""
    calls = [e for e in events if e.kind is Kind.PROMPT and e.token == question]
    if not calls:
        return Verdict(Outcome.INCONCLUSIVE, "没有看到提示词，不知道用了哪个模型", 0)
    seqs, used = tuple(e.seq for e in calls), sorted({str(e.data.get("model")) for e in calls})
    if used == [model]:
        return Verdict(Outcome.HELD, f"用的模型是“{model}”", len(calls), seqs)
    return Verdict(
        Outcome.VIOLATED,
        "用错了模型",
        len(calls),
        seqs,
        expected=model,
        actual="、".join(used),
    )
