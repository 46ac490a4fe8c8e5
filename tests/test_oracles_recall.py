"""记得与不记得：以提示词为准，“不记得”要有人记得来对照。"""

import pytest

from support.model import Kind
from support.oracles.recall import forgets, only_remembers, remembers
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History


@pytest.fixture
def history():
    return History()


def look(history, judge, question, token, **more):
    name = "unwanted" if judge is forgets else "wanted"
    return judge(history.events, question=question, words="周三", **{name: token}, **more)


# ---- 记得 ------------------------------------------------------------------------


def test_remembered_in_the_prompt(history):
    told = history.said(TECH, "周三")
    question = history.said(TECH)
    seq = history.prompted(question, told)
    history.heard(question)
    verdict = look(history, remembers, question, told)
    assert (verdict.outcome, verdict.evidence) == (HELD, (seq,))


def test_remembered_in_the_reply_when_no_prompt_is_visible(history):
    told = history.said(TECH, "周三")
    question = history.said(TECH)
    seq = history.heard(question, told)
    verdict = look(history, remembers, question, told)
    assert (verdict.outcome, verdict.evidence) == (HELD, (seq,))


def test_remembered_in_the_very_first_word(history):
    told, question = history.said(TECH, "周三"), history.said(TECH)
    history.ledger.add(Kind.PROMPT, by=TECH, token=question, text=f"{told}，说到{question}")
    assert look(history, remembers, question, told).outcome is HELD


def test_forgotten_is_violated(history):
    told = history.said(TECH, "周三")
    question = history.said(TECH)
    history.prompted(question)
    assert look(history, remembers, question, told).outcome is VIOLATED


def test_what_another_question_recalled_does_not_count(history):
    told = history.said(TECH, "周三")
    question, other = history.said(TECH), history.said(TECH)
    history.prompted(other, told)
    history.prompted(question)
    assert look(history, remembers, question, told).outcome is VIOLATED


def test_an_unseen_answer_is_inconclusive(history):
    told, question = history.said(TECH, "周三"), history.said(TECH)
    assert look(history, remembers, question, told).outcome is INCONCLUSIVE
    assert look(History(), remembers, question, told).outcome is INCONCLUSIVE


# ---- 不记得 ----------------------------------------------------------------------


@pytest.fixture
def asked(history):
    """科技公司说过一句；两家各问一句。返回 (那句话, 科技公司的提问, 教育机构的提问)。"""
    return history.said(TECH, "周三"), history.said(TECH), history.said(EDU)


def test_forgotten_while_the_owner_remembers_is_held(history, asked):
    told, owner, stranger = asked
    history.prompted(owner, told)
    seq = history.prompted(stranger)
    verdict = look(history, forgets, stranger, told, controls=[told, owner])
    assert (verdict.outcome, verdict.evidence) == (HELD, (seq,))


@pytest.mark.parametrize("controlled", [True, False])
def test_remembering_is_violated_with_or_without_a_control(history, asked, controlled):
    told, owner, stranger = asked
    if controlled:
        history.prompted(owner, told)
    history.prompted(stranger)
    history.prompted(stranger, told)
    assert look(history, forgets, stranger, told, controls=[owner]).outcome is VIOLATED


def test_remembering_in_the_reply_is_violated_when_no_prompt_is_visible(history, asked):
    told, owner, stranger = asked
    history.heard(owner, told)
    history.heard(stranger, told)
    assert look(history, forgets, stranger, told, controls=[owner]).outcome is VIOLATED


def test_a_negative_without_a_control_is_inconclusive(history, asked):
    told, owner, stranger = asked
    history.prompted(told)
    history.prompted(owner, history.said(TECH, "记得的是另一句"))
    history.prompted(stranger)
    assert look(history, forgets, stranger, told, controls=[]).outcome is INCONCLUSIVE
    assert look(history, forgets, stranger, told, controls=[owner]).outcome is INCONCLUSIVE


def test_the_line_itself_is_no_control(history, asked):
    told, _, stranger = asked
    history.prompted(told)
    history.heard(told)
    history.prompted(stranger)
    assert look(history, forgets, stranger, told, controls=[told]).outcome is INCONCLUSIVE


def test_an_unseen_answer_proves_no_forgetting(history, asked):
    told, owner, stranger = asked
    history.prompted(owner, told)
    assert look(history, forgets, stranger, told, controls=[owner]).outcome is INCONCLUSIVE
    assert look(History(), forgets, stranger, told, controls=[owner]).outcome is INCONCLUSIVE


# ---- 只记得 ----------------------------------------------------------------------


@pytest.fixture
def both(history):
    """两家各说过一句，科技公司再问一句。"""
    return history.said(TECH, "周三"), history.said(EDU, "周五"), history.said(TECH)


def test_only_its_own_line_is_held(history, both):
    own, other, question = both
    history.prompted(question, own, history.said(TECH, "不在清单里的一句"))
    assert look(history, only_remembers, question, own, planted=[own, other]).outcome is HELD


def test_any_other_planted_line_is_violated(history, both):
    own, other, question = both
    history.prompted(question, own, other)
    verdict = look(history, only_remembers, question, own, planted=[own, other])
    assert (verdict.outcome, verdict.actual) == (VIOLATED, "另有 1 句")


def test_only_also_means_remembering(history, both):
    own, other, question = both
    history.prompted(question)
    assert look(history, only_remembers, question, own, planted=[own, other]).outcome is VIOLATED


def test_only_without_evidence_is_inconclusive(history, both):
    own, other, question = both
    more = {"planted": [own, other]}
    assert look(history, only_remembers, question, own, **more).outcome is INCONCLUSIVE
    assert look(History(), only_remembers, question, own, **more).outcome is INCONCLUSIVE
