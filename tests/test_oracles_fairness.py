"""吵闹邻居、限额、兜底、逐个聊天的次序。"""

from dataclasses import replace
from functools import partial

import pytest

from support.model import Kind, Surface
from support.oracles.chats import in_order_by_chat
from support.oracles.fairness import ENOUGH, as_quick
from support.oracles.fairness import unobstructed as judge_order
from support.oracles.fallback import fell_back
from support.oracles.limits import metered
from tests.histories import EDU, HELD, INCONCLUSIVE, TECH, VIOLATED, History

# ---- 先后 ------------------------------------------------------------------------

unobstructed = partial(judge_order, gated=True)
#: 邻居同时在答这么多句；排着这么多句。
BUSY, QUEUE = 4, 40


def noise(history, acts):
    history.ledger.add(Kind.FAULT, by=TECH, what="刷屏", acts=acts)


def acknowledged(history, owner):
    token = history.said(owner)
    history.befell(Kind.ACKED, token)
    return token


def begun(history, token):
    """送到大模型，一拍之后答完。"""
    history.wait(1)
    history.prompted(token, ended=history.now + BUSY - 0.5)


def served(history, queue, *, overtaken, times=1):
    """安静的一句确认之后，邻居先开口 `overtaken` 句，才轮到它；`queue` 是邻居排着的话。"""
    own = []
    for _ in range(times):
        own.append(acknowledged(history, EDU))
        for _ in range(overtaken):
            begun(history, queue.pop(0))
            queue.append(acknowledged(history, TECH))
        begun(history, own[-1])
        history.heard(own[-1])
    return own


def flooded(*, overtaken=1, queue=QUEUE, times=ENOUGH, begins=True, ends=True):
    """邻居积下 `queue` 句，安静的一家每句话被插队 `overtaken` 次。"""
    history = History()
    waiting = [acknowledged(history, TECH) for _ in range(queue + BUSY)]
    for _ in range(BUSY):
        begun(history, waiting.pop(0))
    if begins:
        noise(history, queue + BUSY)
    loud = served(history, waiting, overtaken=overtaken, times=times)
    if ends:
        noise(history, 0)
    return history, loud


@pytest.mark.parametrize(
    ("overtaken", "outcome"), [(0, HELD), (2 * BUSY, HELD), (2 * BUSY + 1, VIOLATED)]
)
def test_as_many_as_work_at_once_may_be_twice_ahead(overtaken, outcome):
    history, loud = flooded(overtaken=overtaken)
    assert unobstructed(history.events, loud).outcome is outcome


def test_how_long_it_all_took_does_not_matter():
    for overtaken in (1, QUEUE):
        history, loud = flooded(overtaken=overtaken)
        verdicts = {
            unobstructed(
                [replace(e, mono=e.mono * pace, data=paced(e.data, pace)) for e in history.events],
                loud,
            )
            for pace in (0.001, 1, 1000)
        }
        assert len(verdicts) == 1


def paced(data, pace):
    return {**data, "ended": data["ended"] * pace} if "ended" in data else data


def test_one_overtaken_line_is_enough():
    history, loud = flooded(overtaken=1, ends=False)
    waiting = [acknowledged(history, TECH) for _ in range(QUEUE)]
    loud += served(history, waiting, overtaken=2 * BUSY + 1)
    noise(history, 0)
    assert unobstructed(history.events, loud).outcome is VIOLATED


def test_a_short_queue_proves_nothing():
    history, loud = flooded(queue=2 * BUSY)
    assert unobstructed(history.events, loud).outcome is INCONCLUSIVE
    history, loud = flooded(queue=2 * BUSY + 1)
    assert unobstructed(history.events, loud).outcome is HELD


def test_too_few_lines_or_half_a_flood_prove_nothing():
    for wrong in ({"times": ENOUGH - 1}, {"begins": False}, {"ends": False}):
        history, loud = flooded(**wrong)
        assert unobstructed(history.events, loud).outcome is INCONCLUSIVE
    assert unobstructed([], []).outcome is INCONCLUSIVE


@pytest.mark.parametrize("unseen", [Kind.ACKED, Kind.PROMPT])
def test_a_line_without_acknowledgement_or_prompt_proves_nothing(unseen):
    history, loud = flooded(times=ENOUGH)
    events = [e for e in history.events if e.kind is not unseen or e.token != loud[0]]
    assert unobstructed(events, loud).outcome is INCONCLUSIVE


def test_a_line_answered_only_after_the_flood_is_lost():
    history, loud = flooded(ends=False)
    loud.append(acknowledged(history, EDU))
    noise(history, 0)
    history.heard(loud[-1])
    verdict = unobstructed(history.events, loud)
    assert (verdict.outcome, verdict.actual) == (VIOLATED, "1 句没有得到回复")


def test_a_line_never_served_waited_until_the_flood_stopped():
    history, loud = flooded(ends=False)
    loud.append(acknowledged(history, EDU))
    for _ in range(2 * BUSY + 1):
        begun(history, acknowledged(history, TECH))
    history.wait(1)
    noise(history, 0)
    verdict = unobstructed(history.events, loud)
    assert (verdict.outcome, verdict.actual.startswith("最多有邻居的 9 句")) == (VIOLATED, True)


def test_only_the_flooder_counts():
    history, loud = flooded(overtaken=1, ends=False)
    loud.append(acknowledged(history, EDU))
    for bystander in (replace(TECH, tenant="别家"), replace(TECH, agent="售后")):
        for _ in range(QUEUE):
            begun(history, acknowledged(history, bystander))
    begun(history, loud[-1])
    history.heard(loud[-1])
    noise(history, 0)
    assert unobstructed(history.events, loud).outcome is HELD


def all_at_once(*, crowd, meanwhile):
    """邻居的 `crowd` 句全都送去答、一句也不排；`meanwhile` 是它们没答完时轮没轮到安静的一家。"""
    history = History()
    noise(history, crowd)
    loud = []
    for _ in range(ENOUGH):
        noisy = [acknowledged(history, TECH) for _ in range(crowd)]
        start = history.now
        own = acknowledged(history, EDU)
        for token in noisy:
            history.ledger.add(
                Kind.PROMPT, by=TECH, token=token, mono=start - 0.5, ended=start + 10.0
            )
        history.wait(5 if meanwhile else 15)
        history.prompted(own, ended=history.now + 1)
        history.heard(own)
        history.wait(20)
        loud.append(own)
    noise(history, 0)
    return unobstructed(history.events, loud).outcome


def test_a_service_that_queues_nobody_is_judged_by_who_was_still_unanswered():
    assert all_at_once(crowd=200, meanwhile=True) is HELD
    assert all_at_once(crowd=200, meanwhile=False) is INCONCLUSIVE
    assert all_at_once(crowd=100, meanwhile=True) is INCONCLUSIVE, "没有闹起来"


def test_without_a_gate_a_line_is_in_work_until_its_reply():
    """大模型眨眼就答完，八个名额看上去像一个：不能拿它当界。"""
    history = History()
    waiting = [acknowledged(history, TECH) for _ in range(60)]
    history.wait(1)
    noise(history, 60)
    loud, busy = [], []
    for _ in range(ENOUGH):
        own = acknowledged(history, EDU)
        for _ in range(8):
            history.wait(1)
            busy.append(waiting.pop(0))
            history.prompted(busy[-1], ended=history.now)
            waiting.append(acknowledged(history, TECH))
        history.wait(1)
        history.prompted(own, ended=history.now)
        for token in (own, *busy):
            history.heard(token)
        busy.clear()
        loud.append(own)
    noise(history, 0)
    assert judge_order(history.events, loud, gated=False).outcome is HELD
    assert judge_order(history.events, loud, gated=True).outcome is VIOLATED


def test_a_service_that_never_acknowledges_is_judged_from_the_saying():
    for overtaken, outcome in ((1, HELD), (2 * BUSY + 1, VIOLATED)):
        history, loud = flooded(overtaken=overtaken)
        events = [event for event in history.events if event.kind is not Kind.ACKED]
        assert unobstructed(events, loud).outcome is outcome


def test_a_line_acknowledged_only_after_the_flood_is_counted_from_the_opening():
    history, loud = flooded(overtaken=1, ends=False)
    waiting = [acknowledged(history, TECH) for _ in range(QUEUE)]
    loud.append(history.said(EDU))
    history.ledger.add(Kind.FAULT, by=TECH, what="放行", gate="open")
    for token in waiting:
        begun(history, token)
    history.befell(Kind.ACKED, loud[-1])
    begun(history, loud[-1])
    history.heard(loud[-1])
    noise(history, 0)
    verdict = unobstructed(history.events, loud)
    assert (verdict.outcome, f"{QUEUE} 句先开口" in verdict.actual) == (VIOLATED, True)


# ---- 快慢 ------------------------------------------------------------------------


def chat(history, count, took):
    """一问一答 `count` 句，每句 `took` 秒；None 是没有回复。"""
    tokens = []
    for _ in range(count):
        tokens.append(history.said(EDU))
        if took is not None:
            history.wait(took)
            history.heard(tokens[-1])
    return tokens


def under_noise(*, calm=0.01, pressed=(0.02,) * ENOUGH, quiet=ENOUGH, ends=True, begins=True):
    history = History()
    before = chat(history, quiet, calm)
    if begins:
        noise(history, 30)
    loud = [token for took in pressed for token in chat(history, 1, took)]
    if ends:
        noise(history, 0)
    return as_quick(history.events, before, loud)


def test_as_quick_as_ever_is_held():
    verdict = under_noise()
    assert (verdict.outcome, verdict.examined) == (HELD, 2 * ENOUGH)


def test_much_slower_than_itself_is_violated():
    assert under_noise(pressed=(0.49,) * ENOUGH).outcome is HELD, "毫秒级的抖动不放大"
    assert under_noise(pressed=(0.51,) * ENOUGH).outcome is VIOLATED
    assert under_noise(calm=0.1, pressed=(0.81,) * ENOUGH).outcome is HELD, "平时就慢"
    assert under_noise(calm=1.0, pressed=(9.9,) * ENOUGH).outcome is HELD


def test_the_slowest_line_decides_nothing():
    assert under_noise(pressed=(*(0.02,) * ENOUGH, 60.0)).outcome is HELD
    assert under_noise(pressed=(*(0.6,) * ENOUGH, 0.01)).outcome is VIOLATED


@pytest.mark.parametrize(
    ("slow", "outcome"),
    [(1, HELD), (2, HELD), (3, VIOLATED), (5, VIOLATED)],
)
def test_some_lines_far_slower_are_told_by_their_share(slow, outcome):
    mixed = (*(0.02,) * (ENOUGH - slow), *(0.9,) * slow)
    assert under_noise(pressed=mixed).outcome is outcome


def test_about_as_slow_as_allowed_cannot_be_told():
    unsteady = under_noise_from((0.05,) * 5 + (0.2,) * 5, (0.6,) * ENOUGH)
    assert unsteady.outcome is INCONCLUSIVE


def under_noise_from(calm, pressed):
    history = History()
    before = [token for took in calm for token in chat(history, 1, took)]
    noise(history, 30)
    loud = [token for took in pressed for token in chat(history, 1, took)]
    noise(history, 0)
    return as_quick(history.events, before, loud)


def test_a_lost_line_is_violated():
    verdict = under_noise(pressed=(*(0.02,) * ENOUGH, None))
    assert (verdict.outcome, verdict.actual) == (VIOLATED, "1 句没有得到回复")


def test_too_few_samples_or_half_a_raid_prove_nothing():
    assert under_noise(quiet=ENOUGH - 1).outcome is INCONCLUSIVE
    assert under_noise(pressed=(0.02,) * (ENOUGH - 1)).outcome is INCONCLUSIVE
    assert under_noise(calm=None).outcome is INCONCLUSIVE
    assert under_noise(begins=False).outcome is INCONCLUSIVE
    assert under_noise(ends=False).outcome is INCONCLUSIVE
    assert as_quick([], [], []).outcome is INCONCLUSIVE


def test_a_reply_that_only_comes_when_the_noise_is_over_is_lost():
    history = History()
    before = chat(history, ENOUGH, 0.01)
    noise(history, 30)
    loud = [*chat(history, ENOUGH, 0.02), *chat(history, 1, None)]
    noise(history, 0)
    history.heard(loud[-1])
    assert as_quick(history.events, before, loud).actual == "1 句没有得到回复"


def test_other_faults_are_no_noise():
    history = History()
    before = chat(history, ENOUGH, 0.01)
    history.ledger.add(Kind.FAULT, by=TECH, what="断线")
    noise(history, 1)
    loud = [*chat(history, ENOUGH, 0.02), *chat(history, 1, None)]
    noise(history, 0)
    assert as_quick(history.events, before, loud[:-1]).outcome is HELD
    history.heard(loud[-1])
    history.ledger.add(Kind.FAULT, by=TECH, what="断线")
    assert as_quick(history.events, before, loud).actual == "1 句没有得到回复"


def test_noise_that_only_starts_halfway_proves_nothing():
    history = History()
    noise(history, 0)
    before = chat(history, ENOUGH, 0.01)
    first = chat(history, 1, 0.02)
    noise(history, 30)
    loud = first + chat(history, ENOUGH, 0.02)
    noise(history, 0)
    assert as_quick(history.events, before, loud).outcome is INCONCLUSIVE


@pytest.mark.parametrize(
    ("course", "outcome"),
    [
        ("平 闹 问 闹 问 停", HELD),
        ("闹 停 平 闹 问 停", HELD),
        ("平 问 闹 问 停", INCONCLUSIVE),
        ("平 闹 问 停 问", INCONCLUSIVE),
        ("平 闹 问 闹", INCONCLUSIVE),
        ("平 闹 问 停 说", INCONCLUSIVE),
    ],
)
def test_noise_must_last_from_the_first_line_to_the_last(course, outcome):
    history, quiet, loud = History(), [], []
    for step in course.split():
        if step in "闹停":
            noise(history, 30 if step == "闹" else 0)
        else:
            count, took = (1, None) if step == "说" else (ENOUGH, 0.02)
            (quiet if step == "平" else loud).extend(chat(history, count, took))
    assert as_quick(history.events, quiet, loud).outcome is outcome


def test_when_things_happened_is_told_by_number_not_by_place():
    history = History()
    quiet = chat(history, ENOUGH, 0.01)
    noise(history, 30)
    loud = chat(history, ENOUGH, 0.02)
    noise(history, 0)
    whole = as_quick(history.events, quiet, loud)
    spoken = [e for e in history.events if e.kind is Kind.SAID and e.token in loud]
    heard = [e for e in history.events if e.kind is Kind.HEARD]
    wave, end = (e for e in history.events if e.kind is Kind.FAULT)
    for first, last in ((spoken, heard), ([wave], heard), ([end], [wave]), (spoken, [end])):
        rest = [e for e in history.events if e not in (*first, *last)]
        assert as_quick([*first, *rest, *last], quiet, loud) == whole


def test_lines_never_said_prove_nothing():
    history = History()
    quiet = chat(history, ENOUGH, 0.01)
    noise(history, 30)
    loud = chat(history, ENOUGH, 0.02)
    noise(history, 0)
    unsaid = ["没说过"] * ENOUGH
    assert as_quick(history.events, [*quiet, *unsaid], loud).outcome is INCONCLUSIVE
    assert as_quick(history.events, quiet, unsaid).outcome is INCONCLUSIVE


# ---- 限额 ------------------------------------------------------------------------


def spoken(*, answered=2, limited=1, silent=0, mention=""):
    """几句得到回答、几句只得到提示、几句没有下文。"""
    history = History()
    tokens = []
    for _ in range(answered):
        tokens.append(history.said(TECH))
        history.prompted(tokens[-1])
        history.heard(tokens[-1])
    for _ in range(limited):
        tokens.append(history.said(TECH))
        notice = f"歇一歇再说{mention}"
        history.ledger.add(Kind.HEARD, by=TECH, token=tokens[-1], text=notice)
    tokens += [history.said(TECH) for _ in range(silent)]
    return metered(history.events, tokens, answered=2, limited=1)


def test_the_promised_share_is_held():
    verdict = spoken()
    assert (verdict.outcome, verdict.examined) == (HELD, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"answered": 3, "limited": 0},
        {"limited": 2},
        {"silent": 1},
        {"answered": 1},
        {"limited": 0, "silent": 1},
    ],
)
def test_any_other_share_is_violated(wrong):
    assert spoken(**wrong).outcome is VIOLATED


def test_a_notice_with_somebodys_words_is_violated():
    stranger = History(nonce="别人").said(EDU)
    assert spoken(mention=stranger).outcome is VIOLATED


def test_a_limited_line_in_anybodys_prompt_is_violated():
    history = History()
    answered, limited = history.said(TECH), history.said(TECH)
    history.prompted(answered, limited)
    history.heard(answered)
    history.ledger.add(Kind.HEARD, by=TECH, token=limited, text="歇一歇再说")
    verdict = metered(history.events, [answered, limited], answered=1, limited=1)
    assert verdict.outcome is VIOLATED
    assert "1 句被限流的仍送到了大模型" in verdict.actual


@pytest.mark.parametrize(("caller", "outcome"), [(TECH, INCONCLUSIVE), (EDU, HELD)])
def test_a_call_for_no_line_at_all_proves_nothing(caller, outcome):
    history = History()
    token = history.answered(TECH)
    history.prompted(token)
    history.saw(caller, Surface.PROMPT, "替我把“歇一歇”说得客气些")
    assert metered(history.events, [token], answered=1, limited=0).outcome is outcome


def test_nothing_said_is_not_metered():
    assert metered([], [], answered=0, limited=0).outcome is INCONCLUSIVE


# ---- 兜底 ------------------------------------------------------------------------


def faulty(*, took=0.5, text="抱歉，我刚才走神了", outcome="status 500", calls=1):
    history = History()
    token = history.said(TECH)
    for _ in range(calls):
        history.prompted(token, outcome=outcome)
    if took is not None:
        history.wait(took)
        history.ledger.add(Kind.HEARD, by=TECH, token=token, text=text)
    return fell_back(history.events, token, 2)


def test_a_prompt_wordless_answer_is_held():
    assert faulty().outcome is HELD


def test_late_missing_or_wordy_fallbacks_are_violated():
    assert faulty(took=2.5).outcome is VIOLATED
    assert faulty(took=None).outcome is VIOLATED
    wordy = faulty(text=f"还记得{History(nonce='别人').said(EDU)}")
    assert (wordy.outcome, "有人说过的话" in wordy.actual) == (VIOLATED, True)


@pytest.mark.parametrize(("usual", "outcome"), [(0.1, VIOLATED), (0.2, HELD)])
def test_where_everything_is_slow_a_fallback_may_be_too(usual, outcome):
    history = History()
    for _ in range(3):
        token = history.said(EDU)
        history.wait(usual)
        history.heard(token)
    token = history.said(TECH)
    history.prompted(token, outcome="status 500")
    history.wait(3.5)
    history.ledger.add(Kind.HEARD, by=TECH, token=token, text="抱歉，我刚才走神了")
    assert fell_back(history.events, token, 2).outcome is outcome


def test_without_a_failed_call_there_is_no_fallback():
    assert faulty(calls=0).outcome is INCONCLUSIVE
    assert faulty(outcome="answered").outcome is INCONCLUSIVE
    assert fell_back([], "", 2).outcome is INCONCLUSIVE
    unsaid = History()
    unsaid.prompted(unsaid.plant(TECH), by=TECH, outcome="status 500")
    token = unsaid.events[-1].token
    unsaid.ledger.add(Kind.HEARD, by=TECH, token=token, text="抱歉，我刚才走神了")
    assert fell_back(unsaid.events, token, 2).outcome is INCONCLUSIVE


# ---- 逐个聊天的次序 ----------------------------------------------------------------

GROUP = replace(TECH, chat="group:g1")


def answered_in(order):
    """两个聊天各说两句，交错着说；按 `order` 答。"""
    history = History()
    tokens = [history.said(owner) for owner in (TECH, GROUP, TECH, replace(GROUP, user="小雨"))]
    for place in order:
        history.heard(tokens[place])
    return in_order_by_chat(history.events, tokens)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 3, 0, 2), (0, 2)])
def test_chats_do_not_wait_for_each_other(order):
    assert answered_in(order).outcome is HELD


@pytest.mark.parametrize("order", [(2, 0, 1, 3), (0, 2, 3, 1)])
def test_overtaking_within_a_chat_is_violated(order):
    assert answered_in(order).outcome is VIOLATED


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(TECH, tenant=EDU.tenant),
        replace(TECH, agent="售后"),
        replace(TECH, platform="wechat"),
        replace(TECH, chat="group:g1"),
    ],
)
def test_a_chat_is_told_by_every_dimension(elsewhere):
    history = History()
    tokens = [history.said(owner) for owner in (TECH, elsewhere, TECH)]
    for place in (1, 0, 2):
        history.heard(tokens[place])
    assert in_order_by_chat(history.events, tokens).outcome is HELD


def test_lines_not_asked_about_may_overtake():
    history = History()
    tokens = [history.said(TECH) for _ in range(3)]
    for place in (2, 0, 1):
        history.heard(tokens[place])
    assert in_order_by_chat(history.events, tokens[:2]).outcome is HELD


def test_saying_a_line_again_does_not_move_it():
    history = History()
    tokens = [history.said(TECH), history.said(TECH)]
    history.ledger.add(Kind.SAID, by=TECH, token=tokens[0], resend=True)
    for token in tokens:
        history.heard(token)
    assert in_order_by_chat(history.events, tokens).outcome is HELD


def test_one_reply_per_chat_has_no_order():
    assert answered_in((0, 1)).outcome is INCONCLUSIVE
    assert in_order_by_chat([], []).outcome is INCONCLUSIVE
