"""投递：恰好一次、次序、先后、时限。"""

import pytest

from support.model import Kind
from support.oracles.delivery import before, exactly_once, in_order
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History

# ---- 恰好一次 --------------------------------------------------------------------


def test_each_line_answered_once_is_held():
    history = History()
    tokens = [history.said(TECH), history.said(EDU)]
    seqs = [history.heard(token) for token in reversed(tokens)]
    verdict = exactly_once(history.events, tokens)
    assert (verdict.outcome, verdict.examined, verdict.evidence) == (HELD, 2, tuple(seqs))


def test_a_lost_reply_is_violated():
    history = History()
    tokens = [history.answered(TECH), history.said(TECH)]
    history.befell(Kind.ACKED, tokens[1])
    verdict = exactly_once(history.events, tokens)
    assert (verdict.outcome, verdict.actual) == (VIOLATED, "丢失 1，重复 0")
    [cited] = (history.events[seq - 1] for seq in verdict.evidence)
    assert (cited.kind, cited.token) == (Kind.SAID, tokens[1])


def test_a_second_reply_is_violated():
    history = History()
    token = history.answered(TECH)
    again = history.heard(token)
    verdict = exactly_once(history.events, [token])
    assert (verdict.outcome, verdict.actual) == (VIOLATED, "丢失 0，重复 1")
    assert again in verdict.evidence


def test_one_lost_and_one_doubled_do_not_cancel_out():
    history = History()
    lost, doubled = history.said(TECH), history.answered(TECH)
    history.heard(doubled)
    verdict = exactly_once(history.events, [lost, doubled])
    assert (verdict.outcome, verdict.actual) == (VIOLATED, "丢失 1，重复 1")
    assert verdict.claim.startswith("丢失")


def test_mentioning_a_line_is_not_answering_it():
    history = History()
    quiet, loud = history.said(TECH), history.said(TECH)
    history.heard(loud, quiet)
    assert exactly_once(history.events, [quiet]).outcome is VIOLATED
    assert exactly_once(history.events, [loud]).outcome is HELD


def test_nothing_said_is_inconclusive():
    assert exactly_once([], []).outcome is INCONCLUSIVE


# ---- 次序 ------------------------------------------------------------------------


def replies_in(order, *, said=3):
    history = History()
    tokens = [history.said(TECH) for _ in range(said)]
    for place in order:
        history.heard(tokens[place])
    return in_order(history.events, tokens)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2), (0, 1, 2, 0)])
def test_replies_in_the_order_of_the_lines_are_held(order):
    assert replies_in(order).outcome is HELD


@pytest.mark.parametrize(
    ("order", "actual"), [((1, 0, 2), "2、1、3"), ((2, 0), "2、1"), ((1, 0, 2, 0), "2、1、3")]
)
def test_overtaking_is_violated(order, actual):
    verdict = replies_in(order)
    assert (verdict.outcome, verdict.actual) == (VIOLATED, actual)


def test_replies_to_other_lines_do_not_disturb_the_order():
    history = History()
    tokens = [history.said(TECH), history.said(TECH)]
    seqs = [history.heard(tokens[0]), history.heard(history.said(EDU)), history.heard(tokens[1])]
    verdict = in_order(history.events, tokens)
    assert (verdict.outcome, verdict.evidence) == (HELD, (seqs[0], seqs[2]))


@pytest.mark.parametrize("order", [(), (1,), (1, 1)])
def test_fewer_than_two_replies_have_no_order(order):
    assert replies_in(order).outcome is INCONCLUSIVE
    assert in_order([], []).outcome is INCONCLUSIVE


# ---- 先后 ------------------------------------------------------------------------


def test_before():
    history = History()
    slow, quick = history.said(TECH), history.said(EDU)
    assert before(history.events, quick, slow).outcome is INCONCLUSIVE
    history.heard(quick)
    assert before(history.events, quick, slow).outcome is INCONCLUSIVE
    history.heard(slow)
    assert before(history.events, quick, slow).outcome is HELD
    assert before(history.events, slow, quick).outcome is VIOLATED
    history.heard(quick)
    assert before(history.events, quick, slow).outcome is HELD, "重复的回复不改变先后"
    assert before([], quick, slow).outcome is INCONCLUSIVE
    late = History()
    quick, slow = late.said(EDU), late.answered(TECH)
    assert before(late.events, quick, slow).outcome is VIOLATED, "后一句都答了，前一句还没有"
