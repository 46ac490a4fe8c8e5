"""模型设置的裁判：用了别人的密钥、模型或温度都是违反，看不出差别就是无法判定。"""

from __future__ import annotations

import pytest

from support.model import Event
from support.oracles.model_use import ModelUse, own_settings
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History

TECH_USE = ModelUse("aaaa1111", "稳重型", 0.2)
EDU_USE = ModelUse("bbbb2222", "活泼型", 0.9)
OWN = {(TECH.tenant, TECH.agent): TECH_USE, (EDU.tenant, EDU.agent): EDU_USE}


def two_calls(first: ModelUse, second: ModelUse) -> tuple[list[Event], list[str]]:
    """科技、教育各问一句，分别用 `first`、`second` 去问模型。"""
    history, questions = History(), []
    for owner, use in ((TECH, first), (EDU, second)):
        question = history.said(owner)
        params = {"temperature": use.temperature}
        history.prompted(question, key_fp=use.key_fp, model=use.model, params=params)
        questions.append(question)
    return history.events, questions


def test_each_uses_its_own() -> None:
    verdict = own_settings(*two_calls(TECH_USE, EDU_USE), OWN)
    assert (verdict.outcome, verdict.examined) == (HELD, 2)


@pytest.mark.parametrize(
    "borrowed",
    [
        TECH_USE,
        ModelUse(TECH_USE.key_fp, EDU_USE.model, EDU_USE.temperature),
        ModelUse(EDU_USE.key_fp, TECH_USE.model, EDU_USE.temperature),
        ModelUse(EDU_USE.key_fp, EDU_USE.model, TECH_USE.temperature),
    ],
)
def test_anything_borrowed_is_a_violation(borrowed: ModelUse) -> None:
    events, questions = two_calls(TECH_USE, borrowed)
    verdict = own_settings(events, questions, OWN)
    assert verdict.outcome is VIOLATED
    assert verdict.evidence == (events[-1].seq,)
    assert "活泼型" in verdict.expected


def test_judged_by_who_asked_not_by_whose_key_was_used() -> None:
    """拿错密钥的调用在台账里记在密钥主人名下，仍要按提问的人来判。"""
    history = History()
    mine, theirs = history.said(TECH), history.said(EDU)
    for question in (mine, theirs):
        history.prompted(
            question, by=TECH, key_fp="aaaa1111", model="稳重型", params={"temperature": 0.2}
        )
    assert own_settings(history.events, [mine, theirs], OWN).outcome is VIOLATED


def test_without_two_different_settings_nothing_is_shown() -> None:
    events, questions = two_calls(TECH_USE, TECH_USE)
    same = {owner: TECH_USE for owner in OWN}
    assert own_settings(events, questions, same).outcome is INCONCLUSIVE
    assert own_settings(events, questions[:1], OWN).outcome is INCONCLUSIVE
    assert own_settings([], [], OWN).outcome is INCONCLUSIVE
