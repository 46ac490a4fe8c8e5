"""答到一半失效的话：送给谁都算违反；没有对照就无法判定。"""

from __future__ import annotations

import pytest

from support.model import Kind, Verdict
from support.oracles.withheld import withheld
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History


def cut_off(*, prompted=True, neighbour=True):
    history = History()
    history.answered(EDU)
    token = history.said(TECH)
    if prompted:
        history.prompted(token)
    if neighbour:
        history.answered(EDU)
    return history, token


def test_a_reply_kept_back_while_others_are_answered_is_held():
    history = History()
    history.answered(EDU)
    token = history.said(TECH)
    asked = history.prompted(token)
    later = history.heard(history.said(EDU))
    assert withheld(history.events, token) == Verdict(
        HELD, "没有得到回复，而别人得到了", 2, (asked, later)
    )


@pytest.mark.parametrize("to", [TECH, EDU])
def test_a_reply_to_anybody_is_violated(to):
    history, token = cut_off()
    history.heard(token, by=to)
    verdict = withheld(history.events, token)
    assert verdict.outcome is VIOLATED
    assert to.label() in verdict.actual


def test_the_violation_names_everyone_it_reached_and_cites_each():
    history, token = cut_off()
    reached = (history.heard(token, by=TECH), history.heard(token, by=EDU))
    assert withheld(history.events, token) == Verdict(
        VIOLATED,
        "失效之后仍把回复送了出去",
        3,
        reached,
        expected="没有得到回复",
        actual="送到了" + "、".join(sorted([TECH.label(), EDU.label()])),
    )


def test_a_strangers_reply_that_mentions_it_is_violated():
    history, token = cut_off()
    history.heard(history.said(EDU), token)
    assert withheld(history.events, token).outcome is VIOLATED


@pytest.mark.parametrize("missing", ["prompted", "neighbour"])
def test_without_its_control_it_proves_nothing(missing):
    history, token = cut_off(**{missing: False})
    assert withheld(history.events, token) == Verdict(
        INCONCLUSIVE,
        "话没有送到大模型，或此后谁也没有得到回复，“没有得到回复”证明不了什么",
        0 if missing == "prompted" else 1,
    )


def test_a_line_never_said_proves_nothing():
    history, _ = cut_off()
    assert withheld(history.events, "zx没有这句").outcome is INCONCLUSIVE


def test_a_reply_heard_before_the_line_was_said_is_no_control():
    history = History()
    token = history.plant(TECH)
    history.answered(EDU)
    history.ledger.add(Kind.SAID, by=TECH, token=token)
    history.prompted(token, by=TECH)
    assert withheld(history.events, token).outcome is INCONCLUSIVE
