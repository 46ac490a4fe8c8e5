"""一行也不漏：把任何一种事整批提到台账最前、挪到最后，裁决一个字不变。

漏看头一行或末一行的裁判，在寻常的台账上看不出来：头一行总是登记，末一行总是闲事。
"""

from dataclasses import replace

import pytest

from support.model import Kind
from support.oracles import leaks
from support.oracles.chats import in_order_by_chat
from support.oracles.conversation import (
    own_provider_key,
    persona_carried,
    persona_present,
    topics_covered,
    used_model,
)
from support.oracles.delivery import before, exactly_once, in_order
from support.oracles.fallback import fell_back
from support.oracles.limits import metered
from support.oracles.model_use import ModelUse, own_settings
from support.oracles.outsider import plain_errors
from support.oracles.recall import forgets, only_remembers, remembers
from support.oracles.refusal import accepted_then_refused, refused
from support.oracles.routing import Line, every_device_once, only_to_asker, unheard
from tests.histories import EDU, HELD, TECH, VIOLATED, History

CASES = {}
PHONE = {"device": "手机"}


def case(outcome):
    """登记一个案子：它写好台账，返回怎样判；`outcome` 是判得的结果。"""

    def register(write):
        CASES[write.__name__] = (write, outcome)
        return write

    return register


@case(VIOLATED)
def overheard(history):
    history.heard(history.said(TECH), by=EDU)
    return lambda events: leaks.check(events, leaks.manifest(events))


@case(HELD)
def answered_once(history):
    token = history.answered(TECH)
    return lambda events: exactly_once(events, [token])


@case(VIOLATED)
def answered_twice(history):
    token = history.answered(TECH)
    history.heard(token)
    return lambda events: exactly_once(events, [token])


@case(VIOLATED)
def overtaken(history):
    tokens = [history.said(TECH), history.said(TECH)]
    for token in reversed(tokens):
        history.heard(token)
    return lambda events: in_order(events, tokens)


@case(VIOLATED)
def overtaken_within_a_chat(history):
    tokens = [history.said(TECH), history.said(TECH)]
    for token in reversed(tokens):
        history.heard(token)
    return lambda events: in_order_by_chat(events, tokens)


@case(HELD)
def first_before_second(history):
    first, second = history.answered(TECH), history.answered(EDU)
    return lambda events: before(events, first, second)


@case(HELD)
def fallen_back(history):
    token = history.said(TECH)
    history.prompted(token, outcome="status 500")
    history.ledger.add(Kind.HEARD, by=TECH, token=token, text="抱歉，我刚才走神了")
    return lambda events: fell_back(events, token, 1)


@case(HELD)
def one_limited(history):
    real, limited = history.said(TECH), history.said(TECH)
    history.ledger.add(Kind.HEARD, by=TECH, token=limited, text="歇一歇再说")
    history.prompted(real)
    history.heard(real)
    return lambda events: metered(events, [real, limited], answered=1, limited=1)


@case(VIOLATED)
def let_in(history):
    good, bad = history.answered(TECH), history.answered(TECH)
    return lambda events: accepted_then_refused(events, good, bad)


@case(HELD)
def let_in_after_turning_away(history):
    bad = history.said(TECH)
    history.befell(Kind.REFUSED, bad)
    good = history.answered(TECH)
    return lambda events: accepted_then_refused(events, good, bad)


@case(HELD)
def turned_away(history):
    token = history.said(TECH)
    history.befell(Kind.REFUSED, token)
    return lambda events: refused(events, token)


@case(VIOLATED)
def sent_astray(history):
    for owner in (TECH, EDU):
        history.ledger.add(Kind.OPENED, by=replace(owner, chat="", user=""))
    token = history.said(TECH)
    history.heard(token, by=EDU)
    return lambda events: only_to_asker(events, [token])


@case(HELD)
def heard_nothing(history):
    history.answered(EDU, sentinel=True)
    history.answered(TECH)
    return lambda events: unheard(events, Line(EDU.tenant, EDU.agent, EDU.platform))


@case(VIOLATED)
def eavesdropped(history):
    history.heard(history.said(TECH), by=EDU)
    return lambda events: unheard(events, Line(EDU.tenant, EDU.agent, EDU.platform))


@case(HELD)
def heard_on_both_devices(history):
    token = history.said(TECH)
    for labels in ({}, PHONE):
        history.ledger.add(Kind.OPENED, by=replace(TECH, chat="", user=""), **labels)
        history.ledger.add(Kind.HEARD, by=TECH, text=token, **labels)
    return lambda events: every_device_once(events, token, 2)


@case(HELD)
def every_topic(history):
    history.answered(TECH)
    for topic in ("电影", "爱好"):
        history.answered(TECH, topic=topic)
    return lambda events: topics_covered(events, ["电影", "爱好"])


@case(VIOLATED)
def bare_prompt(history):
    question, persona = history.said(TECH), history.plant(TECH)
    history.prompted(question)
    known = {(TECH.tenant, TECH.agent): persona}
    return lambda events: persona_carried(events, [question], known)


@case(HELD)
def absent_persona(history):
    question, other, persona = history.said(TECH), history.said(EDU), history.plant(EDU)
    history.prompted(question)
    history.prompted(other, f"（{persona}）")
    return lambda events: persona_present(events, question, persona, words="耐心", expected=False)


@case(VIOLATED)
def borrowed_key(history):
    question = history.said(TECH)
    history.prompted(question, key_fp="别人的")
    return lambda events: own_provider_key(events, [question], "自己的")


@case(VIOLATED)
def wrong_model(history):
    question, other = history.said(TECH), history.said(EDU)
    history.prompted(question, model="quick-1")
    history.prompted(other, model="deep-1")
    return lambda events: used_model(events, question, "deep-1")


@case(VIOLATED)
def borrowed_settings(history):
    uses = [ModelUse("aaaa", "稳重型", 0.2), ModelUse("bbbb", "活泼型", 0.9)]
    questions = [history.said(TECH), history.said(EDU)]
    for question in questions:
        history.prompted(question, key_fp="aaaa", model="稳重型", params={"temperature": 0.2})
    own = dict(zip([(TECH.tenant, TECH.agent), (EDU.tenant, EDU.agent)], uses, strict=True))
    return lambda events: own_settings(events, questions, own)


@case(VIOLATED)
def raw_error(history):
    history.said(TECH)
    history.ledger.add(Kind.BODY, by=TECH, text="sqlite", success=False, status=400)
    return plain_errors


@case(HELD)
def remembered(history):
    told, question = history.said(TECH), history.said(TECH)
    history.prompted(question, told)
    return lambda events: remembers(events, question=question, wanted=told, words="周三")


@case(HELD)
def forgotten(history):
    told, question, owner = history.said(TECH), history.said(EDU), history.said(TECH)
    history.prompted(question)
    history.heard(owner, told)
    asked = {"question": question, "unwanted": told, "words": "周三", "controls": [owner]}
    return lambda events: forgets(events, **asked)


@case(VIOLATED)
def remembered_too_much(history):
    told, other, question = history.said(TECH), history.said(EDU), history.said(TECH)
    history.prompted(question, told)
    history.heard(question, other)
    asked = {"question": question, "wanted": told, "words": "周三", "planted": [told, other]}
    return lambda events: only_remembers(events, **asked)


def facts(verdict):
    return replace(verdict, evidence=tuple(sorted(verdict.evidence)))


@pytest.mark.parametrize("name", CASES)
def test_no_line_is_too_early_or_too_late_to_be_seen(name):
    write, outcome = CASES[name]
    history = History()
    judge = write(history)
    whole = judge(history.events)
    assert whole.outcome is outcome
    for kind in {event.kind for event in history.events}:
        batch = [event for event in history.events if event.kind is kind]
        rest = [event for event in history.events if event.kind is not kind]
        assert facts(judge(batch + rest)) == facts(whole), f"{kind.value} 在最前"
        assert facts(judge(rest + batch)) == facts(whole), f"{kind.value} 在最后"
