"""计数：账永远对得上；分位数逐个核对；套件自己按住的话不算服务慢。"""

import random
from collections import Counter
from dataclasses import replace

import pytest

from support import metrics
from support.model import Kind
from support.oracles import leaks
from tests.histories import EDU, TECH, History, person

PATIENCE = 8.0


def count(history, patience=PATIENCE):
    found, _ = leaks.find_leaks(history.events, leaks.manifest(history.events))
    return {one.tenant: one for one in metrics.tallies(history.events, found, patience=patience)}


def random_history(seed):
    """随手编一段台账，同时记下每家应有的账。"""
    dice, history, due = random.Random(seed), History(), {}
    for _ in range(dice.randrange(60)):
        owner = dice.choice((TECH, EDU))
        notes = {"sentinel": True} if dice.random() < 0.15 else {}
        token = history.said(owner, **notes)
        hits = Counter(
            acked=dice.randrange(2),
            refused=dice.random() < 0.2,
            errors=dice.random() < 0.2,
            heard=dice.choice((0, 0, 1, 1, 1, 2, 3)),
        )
        events = [Kind.ACKED] * hits["acked"] + [Kind.REFUSED] * hits["refused"]
        events += [Kind.FAILED] * hits["errors"] + [Kind.HEARD] * hits["heard"]
        dice.shuffle(events)
        for kind in events:
            history.befell(kind, token)
            if dice.random() < 0.3:
                history.ledger.add(Kind.SAID, by=owner, token=token, resend=True)
        if not notes:
            account = due.setdefault(owner.tenant_name, Counter())
            account["sent"] += 1
            account["replied"] += hits["heard"] > 0
            account["duplicated"] += max(0, hits["heard"] - 1)
            account["refused"] += bool(hits["refused"] and not hits["heard"])
            account["lost"] += not hits["refused"] and not hits["heard"]
            account["acked"] += hits["acked"]
            account["errors"] += hits["errors"]
    return history, due


@pytest.mark.parametrize("seed", range(60))
def test_the_books_balance_for_any_history(seed):
    history, due = random_history(seed)
    tallies = count(history)
    assert set(tallies) == set(due)
    for tenant, one in tallies.items():
        assert one.sent == one.replied + one.lost + one.refused
        assert {name: getattr(one, name) for name in due[tenant]} == due[tenant]


def test_random_histories_cover_every_ending():
    total = sum((c for s in range(60) for c in random_history(s)[1].values()), Counter())
    names = ("sent", "replied", "duplicated", "refused", "lost", "acked", "errors")
    assert all(total[name] > 20 for name in names)


def test_empty_history_has_no_accounts():
    assert count(History()) == {}
    assert metrics.span([]) == 0.0


def test_sentinels_and_resends_are_not_sent():
    history = History()
    token = history.answered(TECH)
    history.ledger.add(Kind.SAID, by=TECH, token=token, resend=True)
    history.answered(TECH, sentinel=True)
    one = count(history)["科技公司"]
    assert (one.sent, one.replied, one.duplicated) == (1, 1, 0)
    history.heard(token)
    assert count(history)["科技公司"].duplicated == 1


def test_one_tenant_in_many_scenarios_has_one_account():
    history = History()
    history.answered(TECH)
    history.said(person("科技公司", scenario="HIST-02#9"))
    assert (count(history)["科技公司"].sent, count(history)["科技公司"].lost) == (2, 1)


def test_latency_is_said_to_first_reply():
    history = History()
    for seconds in (0.5, 0.25, 9.0):
        token = history.said(TECH)
        history.wait(seconds)
        history.heard(token)
    history.wait(30)
    history.heard(token)
    history.said(TECH)
    one = count(history)["科技公司"]
    assert one.latency == {"p50": 0.5, "p95": 9.0, "p99": 9.0, "max": 9.0}
    assert one.late == 1
    assert count(history, patience=0.25)["科技公司"].late == 2
    assert count(history, patience=9.0)["科技公司"].late == 0


def test_lines_the_suite_disturbed_are_counted_but_not_timed():
    history = History()
    token = history.said(TECH, disturbed="hold")
    history.wait(60)
    history.heard(token)
    one = count(history)["科技公司"]
    assert (one.sent, one.replied, one.late, one.latency) == (1, 1, 0, None)


def test_foreign_sightings_belong_to_the_observer():
    history = History()
    token = history.answered(TECH)
    history.heard(history.said(EDU), token)
    history.heard(history.said(EDU), token)
    history.heard(history.said(replace(TECH, chat="group:g1")), token)
    assert {name: one.foreign for name, one in count(history).items()} == {
        "教育机构": 2,
        "科技公司": 1,
    }


def test_an_observer_who_never_spoke_still_has_an_account():
    history = History()
    history.heard(history.answered(TECH), by=EDU)
    assert (count(history)["教育机构"].sent, count(history)["教育机构"].foreign) == (0, 1)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([3.0], (3.0, 3.0, 3.0, 3.0)),
        ([2.0, 1.0], (1.0, 2.0, 2.0, 2.0)),
        ([3.0, 1.0, 2.0], (2.0, 3.0, 3.0, 3.0)),
        ([float(n) for n in range(20, 0, -1)], (10.0, 19.0, 20.0, 20.0)),
        ([float(n) for n in range(1, 101)], (50.0, 95.0, 99.0, 100.0)),
        ([float(n) for n in range(1, 102)], (51.0, 96.0, 100.0, 101.0)),
    ],
)
def test_percentiles_are_nearest_ranks(seconds, expected):
    assert tuple(metrics.percentiles(seconds).values()) == expected


def test_no_latencies_no_percentiles():
    assert metrics.percentiles([]) is None


def test_lines_without_replies_take_no_time():
    history = History()
    history.said(TECH)
    history.wait(2)
    history.said(TECH)
    assert metrics.span(list(metrics.exchanges(history.events).values())) == 0.0


@pytest.mark.parametrize("last", [0, 1])
def test_span_ends_with_the_last_reply_whoever_gets_it(last):
    history = History()
    tokens = [history.said(TECH), history.said(TECH)]
    for token in (tokens[1 - last], tokens[last]):
        history.wait(2)
        history.heard(token)
    assert metrics.span(list(metrics.exchanges(history.events).values())) == 4.0


def test_a_line_said_first_of_all_is_counted():
    history = History()
    token = history.answered(TECH)
    assert list(metrics.exchanges(history.events[1:])) == [token]


def test_being_seen_by_the_model_is_no_failure():
    history = History()
    token = history.answered(TECH)
    history.prompted(token)
    assert count(history)["科技公司"].errors == 0


def test_span_reaches_from_the_first_line_to_the_last_reply():
    history = History()
    first = history.said(TECH)
    history.wait(2)
    second = history.said(TECH)
    history.heard(first)
    history.wait(3)
    history.heard(second)
    history.wait(10)
    history.said(TECH)
    assert metrics.span(list(metrics.exchanges(history.events).values())) == 5.0
