"""送达：回复只到问的人手里；旁听的收不到；同一把密钥的设备人人有份。"""

from dataclasses import replace

import pytest

from support.model import Kind, Surface
from support.oracles.routing import Line, every_device_once, line_of, only_to_asker, unheard
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History

SPARE = {"key": "备用密钥"}
PHONE, TABLET = {"device": "手机"}, {"device": "平板"}


def connected(history, owner, **labels):
    return history.ledger.add(Kind.OPENED, by=replace(owner, chat="", user=""), **labels)


def hears(history, owner, token, **labels):
    """`owner` 的连接听到一条开头是 `token` 的回复；认领不认领不影响判断。"""
    event = history.ledger.add(
        Kind.HEARD, by=owner, surface=Surface.REPLY, text=f"说到{token}，我记着呢", **labels
    )
    return event.seq


def two_on_line(other=EDU, **labels):
    history = History()
    connected(history, TECH)
    connected(history, other, **labels)
    return history


def test_a_reply_to_the_asker_alone_is_held():
    history = two_on_line()
    token = history.said(TECH)
    seq = hears(history, TECH, token)
    verdict = only_to_asker(history.events, [token])
    assert (verdict.outcome, verdict.evidence) == (HELD, (seq,))


@pytest.mark.parametrize(
    ("other", "labels"),
    [
        (EDU, {}),
        (replace(TECH, agent="售后"), {}),
        (replace(TECH, platform="wechat"), {}),
        (TECH, SPARE),
        (replace(TECH, chat="group:g1"), {}),
    ],
)
def test_a_reply_on_any_other_line_or_chat_is_violated(other, labels):
    history = two_on_line(other, **labels)
    mine, his = history.said(TECH), history.said(other, **labels)
    hears(history, TECH, mine)
    hears(history, other, his, **labels)
    assert only_to_asker(history.events, [mine, his]).outcome is HELD
    stray = hears(history, other, mine, **labels)
    verdict = only_to_asker(history.events, [mine, his])
    assert (verdict.outcome, verdict.evidence) == (VIOLATED, (stray,))


def test_another_device_of_the_same_key_is_not_astray():
    history = two_on_line(TECH, **TABLET)
    token = history.said(TECH)
    hears(history, TECH, token, **TABLET)
    connected(history, EDU)
    assert only_to_asker(history.events, [token]).outcome is HELD


def test_without_replies_or_with_one_place_routing_proves_nothing():
    assert only_to_asker([], []).outcome is INCONCLUSIVE
    silent = two_on_line()
    assert only_to_asker(silent.events, [silent.said(TECH)]).outcome is INCONCLUSIVE
    alone = History()
    connected(alone, TECH)
    alone.said(EDU)
    assert only_to_asker(alone.events, [alone.answered(TECH)]).outcome is INCONCLUSIVE


def test_saying_it_again_elsewhere_does_not_move_the_asker():
    history = two_on_line()
    token = history.said(TECH)
    history.ledger.add(Kind.SAID, by=TECH, token=token, resend=True, **SPARE)
    hears(history, TECH, token)
    assert only_to_asker(history.events, [token]).outcome is HELD


def test_a_reply_without_a_chat_is_judged_by_its_line():
    history = two_on_line()
    token = history.said(TECH)
    hears(history, replace(TECH, chat=""), token)
    assert only_to_asker(history.events, [token]).outcome is HELD


def test_only_the_lines_asked_about_are_judged():
    history = two_on_line()
    mine, other = history.said(TECH), history.said(TECH)
    unsaid = history.plant(TECH)
    hears(history, TECH, mine)
    for token in (other, unsaid):
        hears(history, EDU, token)
    verdict = only_to_asker(history.events, [mine, unsaid])
    assert (verdict.outcome, verdict.examined) == (HELD, 1)


HERE = Line(EDU.tenant, EDU.agent, EDU.platform)


def listening(*, alive=True):
    history = two_on_line()
    hears(history, TECH, history.said(TECH))
    sentinel = history.said(EDU, sentinel=True)
    if alive:
        hears(history, EDU, sentinel)
    return history


def test_a_living_listener_that_hears_nothing_is_held():
    assert unheard(listening().events, HERE).outcome is HELD


def test_a_listener_that_hears_anothers_reply_is_violated():
    history = listening()
    stray = hears(history, EDU, history.said(TECH))
    verdict = unheard(history.events, HERE)
    assert (verdict.outcome, verdict.evidence) == (VIOLATED, (stray,))


def test_even_a_wordless_frame_is_heard():
    history = listening()
    history.saw(EDU, Surface.REPLY, "抱歉，我刚才走神了")
    assert unheard(history.events, HERE).outcome is VIOLATED


def test_a_dead_listener_or_a_silent_world_proves_nothing():
    assert unheard(listening(alive=False).events, HERE).outcome is INCONCLUSIVE
    history = two_on_line()
    hears(history, EDU, history.said(EDU, sentinel=True))
    assert unheard(history.events, HERE).outcome is INCONCLUSIVE
    assert unheard([], HERE).outcome is INCONCLUSIVE


def on_two_devices():
    history = History()
    for device in (PHONE, TABLET):
        connected(history, TECH, **device)
    connected(history, EDU)
    hears(history, TECH, history.said(TECH), **PHONE)
    return history, history.said(TECH, **PHONE)


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ((PHONE, TABLET), HELD),
        ((PHONE,), VIOLATED),
        ((TABLET,), VIOLATED),
        ((PHONE, TABLET, TABLET), VIOLATED),
        ((), VIOLATED),
    ],
)
def test_every_device_hears_exactly_one(replies, outcome):
    history, token = on_two_devices()
    for device in replies:
        hears(history, TECH, token, **device)
    assert every_device_once(history.events, token, 2).outcome is outcome


def test_devices_that_are_not_there_prove_nothing():
    history, token = on_two_devices()
    assert every_device_once(history.events, token, 3).outcome is INCONCLUSIVE
    assert every_device_once([], token, 2).outcome is INCONCLUSIVE


def test_a_line_is_told_by_key_and_device():
    event = connected(History(), TECH, **SPARE, **PHONE)
    assert line_of(event) == Line(TECH.tenant, TECH.agent, "qq", "备用密钥", "手机")
