"""拒绝：有名有姓才算；断线、超时、崩溃都是无法判定。"""

import pytest

from support.model import Kind
from support.oracles.refusal import accepted_then_refused, refused
from tests.histories import HELD, INCONCLUSIVE, TECH, VIOLATED, History


@pytest.fixture
def history():
    return History()


def test_a_named_refusal_is_held(history):
    history.answered(TECH)
    token = history.said(TECH)
    seq = history.befell(Kind.REFUSED, token, code=1008)
    verdict = refused(history.events, token)
    assert verdict.outcome is HELD
    assert seq in verdict.evidence


@pytest.mark.parametrize("reach", ["heard", "prompted"])
@pytest.mark.parametrize("also_refused", [True, False])
def test_reaching_a_person_or_the_model_is_violated(history, reach, also_refused):
    token = history.said(TECH)
    if also_refused:
        history.befell(Kind.REFUSED, token, code=1000)
    seq = getattr(history, reach)(token)
    verdict = refused(history.events, token)
    assert verdict.outcome is VIOLATED
    assert seq in verdict.evidence
    assert verdict.actual == {"heard": "得到了回复", "prompted": "进了提示词"}[reach]


@pytest.mark.parametrize(
    "events",
    [
        [(Kind.FAILED, {"reason": "连接关闭 1006"})],
        [(Kind.FAILED, {"reason": "连接关闭 1011"})],
        [(Kind.ACKED, {})],
        [],
    ],
    ids=["断线", "崩溃", "确认后没有下文", "超时"],
)
def test_anything_short_of_a_refusal_is_inconclusive(history, events):
    token = history.said(TECH)
    for kind, data in events:
        history.befell(kind, token, **data)
    assert refused(history.events, token).outcome is INCONCLUSIVE


def test_someone_elses_refusal_does_not_count(history):
    other, token = history.said(TECH), history.said(TECH)
    history.befell(Kind.REFUSED, other, code=1008)
    assert refused(history.events, token).outcome is INCONCLUSIVE


def test_empty_history_is_inconclusive():
    assert refused([], "").outcome is INCONCLUSIVE
    assert accepted_then_refused([], "", "").outcome is INCONCLUSIVE


# ---- 先放行、后拒绝 ----------------------------------------------------------------


def test_accepted_then_refused_is_held(history):
    good, bad = history.answered(TECH), history.said(TECH)
    history.befell(Kind.REFUSED, bad, code=1008)
    assert accepted_then_refused(history.events, good, bad).outcome is HELD


def test_both_accepted_is_violated(history):
    good, bad = history.answered(TECH), history.answered(TECH)
    assert accepted_then_refused(history.events, good, bad).outcome is VIOLATED


def test_both_refused_proves_nothing(history):
    history.answered(TECH)
    good, bad = history.said(TECH), history.said(TECH)
    history.befell(Kind.ACKED, good)
    history.befell(Kind.REFUSED, good, code=1008)
    history.befell(Kind.REFUSED, bad, code=1008)
    assert accepted_then_refused(history.events, good, bad).outcome is INCONCLUSIVE


def test_a_crash_after_acceptance_is_inconclusive(history):
    good, bad = history.answered(TECH), history.said(TECH)
    history.befell(Kind.FAILED, bad, reason="连接关闭 1006")
    assert accepted_then_refused(history.events, good, bad).outcome is INCONCLUSIVE
