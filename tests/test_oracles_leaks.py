"""越界审计：哪个面、哪一维、什么写法都逃不过；没看到内容不算通过。"""

from dataclasses import replace

import pytest

from support.canary import Mint
from support.model import NOBODY, Owner, Scope, Surface
from support.oracles import leaks
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History

STRANGERS = {
    "租户": replace(TECH, tenant=EDU.tenant),
    "智能体": replace(TECH, agent="售后"),
    "平台": replace(TECH, platform="wechat"),
    "聊天流": replace(TECH, chat="group:g2001"),
}


def audit(history):
    return leaks.check(history.events, leaks.manifest(history.events))


@pytest.mark.parametrize("surface", Surface)
def test_own_words_are_fine_on_every_surface(surface):
    history = History()
    token = history.said(TECH)
    history.saw(TECH, surface, f"刚才说到{token}")
    verdict = audit(history)
    assert (verdict.outcome, verdict.examined) == (HELD, 1)


@pytest.mark.parametrize("dimension", STRANGERS)
@pytest.mark.parametrize("surface", Surface)
def test_a_stranger_in_any_dimension_on_any_surface(surface, dimension):
    history = History()
    token = history.said(TECH, "发布会在周三")
    history.saw(TECH, surface, token)
    seq = history.saw(STRANGERS[dimension], surface, f"听说（{token}）")
    verdict = audit(history)
    assert (verdict.outcome, verdict.examined, verdict.evidence) == (VIOLATED, 2, (seq,))
    assert "发布会在周三" in verdict.expected
    [leak] = verdict.leaks
    assert (leak.observer, leak.surface) == (STRANGERS[dimension], surface)
    assert (leak.canary.token, leak.canary.owner) == (token, TECH)


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (Scope.CHAT, set()),
        (Scope.AGENT, {"平台", "聊天流"}),
        (Scope.TENANT, {"智能体", "平台", "聊天流"}),
    ],
)
def test_scope_says_who_may_see(scope, allowed):
    for dimension, stranger in STRANGERS.items():
        history = History()
        token = history.said(TECH, scope=scope)
        history.saw(stranger, Surface.PROMPT, token)
        expected = HELD if dimension in allowed else VIOLATED
        assert audit(history).outcome is expected, dimension


def test_unknown_dimensions_of_the_observer_are_not_held_against_it():
    connection, household = replace(TECH, chat="", user=""), Owner(TECH.tenant)
    history = History()
    token = history.said(TECH)
    history.saw(connection, Surface.REPLY, token)
    history.saw(household, Surface.BODY, token)
    assert audit(history).outcome is HELD
    history.saw(replace(connection, platform="wechat"), Surface.REPLY, token)
    history.saw(Owner(EDU.tenant), Surface.BODY, token)
    assert len(audit(history).leaks) == 2


def full_width(text):
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


FORMS = {
    "原样": lambda token: f"原样引用（{token}）",
    "大写": str.upper,
    "全角": full_width,
    "全角大写": lambda token: full_width(token.upper()),
    "零宽拆开": lambda token: "\u200b".join(token),
    "换行拆开": lambda token: f"{token[:6]}\n{token[6:]}",
    "空格拆开": lambda token: " ".join(token),
    "粘在词里": lambda token: f"abc{token}xyz",
    "深埋在JSON": lambda token: f'{{"data":{{"items":[{{"note":"[引用:{token}]"}}]}}}}',
}


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_a_canary_escapes(form):
    history = History()
    token = history.said(TECH)
    history.saw(EDU, Surface.REPLY, FORMS[form](token))
    assert audit(history).outcome is VIOLATED


@pytest.mark.parametrize("unknown", ["platform", "chat"])
def test_a_dimension_nobody_knows_is_not_held_against_the_observer(unknown):
    history = History()
    history.saw(replace(TECH, **{unknown: ""}), Surface.REPLY, history.said(TECH))
    assert audit(history).outcome is HELD


def test_operator_bodies_without_an_owner_are_exempt_and_prove_nothing():
    history = History()
    token = history.said(TECH)
    history.saw(NOBODY, Surface.BODY, f"全体租户：{token}")
    assert (audit(history).outcome, audit(history).examined) == (INCONCLUSIVE, 0)


def test_what_a_person_says_himself_is_no_leak():
    history = History()
    token = history.said(TECH)
    history.heard(history.said(EDU, f"我听来一句{token}"))
    assert audit(history).outcome is HELD


def test_tokens_nobody_planted_are_ignored():
    history = History()
    history.saw(EDU, Surface.REPLY, Mint("别的运行").token())
    assert audit(history).outcome is HELD


def test_every_leak_is_counted_and_every_event_cited_once():
    history = History()
    first, second = history.said(TECH), history.said(TECH)
    both = history.saw(EDU, Surface.PROMPT, f"{first}、{second}、{first}")
    one = history.saw(EDU, Surface.REPLY, second)
    verdict = audit(history)
    assert verdict.evidence == (both, one)
    assert [leak.canary.token for leak in verdict.leaks] == [first, second, second]


@pytest.mark.parametrize(
    ("dimension", "names"),
    [
        ("租户", ("“教育机构”", "“科技公司”")),
        ("智能体", ("“科技公司/售后”", "“科技公司/助手”")),
        ("聊天流", ("“科技公司/助手/qq/group:g2001”", "“科技公司/助手/qq/private:u1001”")),
    ],
)
def test_the_claim_tells_both_sides_apart(dimension, names):
    history = History()
    history.saw(STRANGERS[dimension], Surface.REPLY, history.said(TECH))
    assert audit(history).claim == "越界：{}看到了{}的话".format(*names)


def test_nothing_seen_is_inconclusive():
    assert audit(History()).outcome is INCONCLUSIVE
    history = History()
    history.said(TECH)
    assert audit(history).outcome is INCONCLUSIVE
