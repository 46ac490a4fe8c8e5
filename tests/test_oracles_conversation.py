"""对话：话题、人设、模型密钥；看不到提示词就无法判定。"""

import pytest

from support.model import Kind
from support.oracles.conversation import (
    own_provider_key,
    persona_carried,
    persona_present,
    topics_covered,
    used_model,
)
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History


@pytest.fixture
def history():
    return History()


# ---- 话题 ------------------------------------------------------------------------


def test_every_topic_answered_is_held(history):
    for topic in ("电影", "爱好", "电影"):
        history.answered(TECH, topic=topic)
    verdict = topics_covered(history.events, ["爱好", "电影"])
    assert (verdict.outcome, verdict.examined) == (HELD, 2)


def test_a_topic_never_raised_or_never_answered_is_violated(history):
    history.answered(TECH, topic="电影")
    history.befell(Kind.ACKED, history.said(TECH, topic="爱好"))
    verdict = topics_covered(history.events, ["电影", "爱好", "生活"])
    assert (verdict.outcome, verdict.claim) == (VIOLATED, "没有聊到：爱好、生活")


def test_no_answered_line_is_inconclusive(history):
    assert topics_covered([], ["电影"]).outcome is INCONCLUSIVE
    history.said(TECH, topic="电影")
    assert topics_covered(history.events, ["电影"]).outcome is INCONCLUSIVE


# ---- 人设 ------------------------------------------------------------------------


@pytest.fixture
def scene(history):
    """一个问题和两份人设：自己的、别家的。"""
    return history.said(TECH), history.plant(TECH, "严谨"), history.plant(EDU, "耐心")


def written(token):
    """人设在提示词里的样子。"""
    return f"严谨（{token}）"


def test_every_prompt_with_its_own_persona_is_held(history, scene):
    question, own, _ = scene
    seqs = (history.prompted(question, written(own)), history.prompted(question, written(own)))
    verdict = persona_carried(history.events, [question], {(TECH.tenant, "助手"): own})
    assert (verdict.outcome, verdict.evidence) == (HELD, seqs)


@pytest.mark.parametrize("carried", ["什么也没有", "别家的"])
def test_one_prompt_without_its_own_persona_is_violated(history, scene, carried):
    question, own, other = scene
    history.prompted(question, written(own))
    bare = history.prompted(question, *([written(other)] if carried == "别家的" else []))
    verdict = persona_carried(history.events, [question], {(TECH.tenant, "助手"): own})
    assert (verdict.outcome, verdict.evidence) == (VIOLATED, (bare,))


def test_an_agent_without_a_known_persona_is_violated(history, scene):
    question, own, _ = scene
    history.prompted(question, written(own))
    assert (
        persona_carried(history.events, [question], {(TECH.tenant, "别的智能体"): own}).outcome
        is VIOLATED
    )


def test_only_the_step_that_writes_the_reply_must_carry_the_persona(history, scene):
    question, own, _ = scene
    history.prompted(question, step="planner")
    seq = history.prompted(question, written(own), step="reply")
    verdict = persona_carried(history.events, [question], {(TECH.tenant, "助手"): own})
    assert (verdict.outcome, verdict.evidence) == (HELD, (seq,))


def test_a_persona_only_repeated_by_an_old_reply_is_violated(history, scene):
    question, own, _ = scene
    bare = history.prompted(question, f"我记着呢；还记得{own}、")
    verdict = persona_carried(history.events, [question], {(TECH.tenant, "助手"): own})
    assert (verdict.outcome, verdict.evidence) == (VIOLATED, (bare,))
    present = persona_present(history.events, question, own, words="严谨", expected=True)
    assert present.outcome is VIOLATED


def test_unseen_prompts_are_inconclusive(history, scene):
    question, own, _ = scene
    history.heard(question, own)
    history.prompted(history.said(TECH), written(own))
    present = {"words": "严谨", "expected": True}
    for events in (history.events, []):
        assert (
            persona_carried(events, [question], {(TECH.tenant, "助手"): own}).outcome
            is INCONCLUSIVE
        )
        assert persona_present(events, question, own, **present).outcome is INCONCLUSIVE
        assert own_provider_key(events, [question], "ab").outcome is INCONCLUSIVE


@pytest.mark.parametrize(
    ("prompts", "expected", "outcome"),
    [
        ([True, True], True, HELD),
        ([False], True, VIOLATED),
        ([False, False], False, INCONCLUSIVE),
        ([True], False, VIOLATED),
        ([True, False], True, VIOLATED),
        ([True, False], False, VIOLATED),
    ],
)
def test_persona_present_or_absent(history, scene, prompts, expected, outcome):
    question, own, other = scene
    for carries in prompts:
        history.prompted(question, written(own if carries else other))
    verdict = persona_present(history.events, question, own, words="严谨", expected=expected)
    assert (verdict.outcome, verdict.examined) == (outcome, len(prompts))


def test_an_absent_persona_needs_someone_who_carries_it(history, scene):
    question, own, other = scene
    history.prompted(question, written(other))
    history.prompted(history.said(TECH), written(own))
    verdict = persona_present(history.events, question, own, words="严谨", expected=False)
    assert verdict.outcome is HELD


# ---- 模型密钥 ----------------------------------------------------------------------


def test_own_provider_key(history, scene):
    question, *_ = scene
    history.prompted(question, key_fp="自己的")
    history.prompted(history.said(EDU), key_fp="教育机构的")
    assert own_provider_key(history.events, [question], "自己的").outcome is HELD
    bad = history.prompted(question, key_fp="教育机构的")
    verdict = own_provider_key(history.events, [question], "自己的")
    assert (verdict.outcome, verdict.evidence) == (VIOLATED, (bad,))


@pytest.mark.parametrize("data", [{"key_fp": ""}, {}], ids=["没带密钥", "没有指纹"])
def test_a_call_without_a_key_is_violated(history, scene, data):
    question, *_ = scene
    history.prompted(question, **data)
    assert own_provider_key(history.events, [question], "自己的").outcome is VIOLATED


def test_the_model_used_is_judged_call_by_call():
    history = History()
    question = history.said(TECH, "今天忙什么")
    assert used_model(history.events, question, "deep-1").outcome is INCONCLUSIVE
    first = history.prompted(question, model="deep-1")
    verdict = used_model(history.events, question, "deep-1")
    assert (verdict.outcome, verdict.evidence) == (HELD, (first,))
    history.prompted(question, model="quick-1")
    wrong = used_model(history.events, question, "deep-1")
    assert (wrong.outcome, wrong.actual) == (VIOLATED, "deep-1、quick-1")
