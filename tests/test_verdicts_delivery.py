"""投递一类的裁决写全：报告里的每个数字、每条证据、每句理当与其实，都由这里的台账数得出来。

说出一句话占台账两行（登记、说出），听到、看到各占一行；证据的编号就是这样数的。
"""

from dataclasses import replace

import pytest

from support.model import Kind
from support.oracles.chats import in_order_by_chat
from support.oracles.delivery import before, exactly_once, in_order
from support.oracles.fairness import ENOUGH, as_quick
from support.oracles.fallback import fell_back
from support.oracles.limits import metered
from support.oracles.refusal import accepted_then_refused, refused
from support.oracles.routing import Line, every_device_once, only_to_asker, unheard
from tests.histories import EDU, TECH, History
from tests.verdicts import broken, doubt, held

ONCE = {"expected": "每句话恰好 1 条回复"}
GROUP = replace(TECH, chat="group:g1")
PHONE = {"device": "手机"}


@pytest.fixture
def history():
    return History()


def resent(history, owner, token):
    """同一句话又发一遍。"""
    history.ledger.add(Kind.SAID, by=owner, token=token, resend=True)


def opened(history, owner, **labels):
    history.ledger.add(Kind.OPENED, by=replace(owner, chat="", user=""), **labels)


# ---- 恰好一次、次序、先后、时限 --------------------------------------------------------


def test_exactly_once_counts_every_line(history):
    assert exactly_once([], []) == doubt("一句话也没说，谈不上回复", 0)
    fine = [history.answered(TECH), history.answered(EDU)]
    assert exactly_once(history.events, fine) == held("2 句话各得到 1 条回复", 2, 3, 6)
    twice = history.answered(TECH)
    history.heard(twice)
    claim = "重复：3 句话里 0 句没有回复、1 句回复多于 1 条"
    assert exactly_once(history.events, [*fine, twice]) == broken(
        claim, 3, 8, 9, 10, **ONCE, actual="丢失 0，重复 1"
    )
    claim = "丢失：2 句话里 1 句没有回复、1 句回复多于 1 条"
    assert exactly_once(history.events, [twice, history.said(EDU)]) == broken(
        claim, 2, 8, 9, 10, 12, **ONCE, actual="丢失 1，重复 1"
    )


def test_three_replies_are_one_doubled_line(history):
    token = history.answered(TECH)
    for _ in range(2):
        history.heard(token)
    assert exactly_once(history.events, [token]).actual == "丢失 0，重复 1"


def test_order_ranks_the_replies(history):
    first, second = history.said(TECH), history.said(TECH)
    history.heard(second)
    assert in_order(history.events, [first, second]) == doubt("回复不足两条，看不出次序", 1)
    history.heard(first)
    assert in_order(history.events, [first, second]) == broken(
        "次序乱了", 2, 5, 6, expected="1、2、3……依次", actual="2、1"
    )
    assert in_order(history.events, [second, first]) == held("2 条回复次序不乱", 2, 5, 6)


def test_order_is_told_chat_by_chat(history):
    tokens = [history.said(owner) for owner in (TECH, GROUP, TECH, GROUP)]
    history.heard(tokens[1])
    history.heard(tokens[3])
    assert in_order_by_chat(history.events, tokens) == held("1 个聊天、2 条回复次序不乱", 2, 9, 10)
    history.heard(tokens[0])
    history.heard(tokens[2])
    assert in_order_by_chat(history.events, tokens) == held(
        "2 个聊天、4 条回复次序不乱", 4, 11, 12, 9, 10
    )
    assert in_order_by_chat([], []) == doubt("没有一个聊天有两条回复，看不出次序", 0)


def test_overtaking_names_the_chat(history):
    tokens = [history.said(TECH), history.said(TECH)]
    for token in reversed(tokens):
        history.heard(token)
    assert in_order_by_chat(history.events, tokens) == broken(
        "次序乱了：科技公司/助手/qq/private:u1001",
        *(2, 5, 6),
        expected="1、2、3……依次",
        actual="2、1",
    )


def test_before_names_who_came_first(history):
    first, second = history.said(TECH), history.said(EDU)
    promise = {"expected": "先得到回复"}
    assert before(history.events, first, second) == doubt("两句话没有都得到回复，谈不上先后", 0)
    history.heard(first)
    assert before(history.events, first, second) == doubt("两句话没有都得到回复，谈不上先后", 1)
    assert before(history.events, second, first) == broken(
        "被别家拖住了：后一句得到了回复，前一句还没有", 1, 5, **promise, actual="没有得到回复"
    )
    history.heard(second)
    assert before(history.events, first, second) == held("先后如约", 2, 5, 6)
    assert before(history.events, second, first) == broken(
        "被别家拖住了", 2, 6, 5, **promise, actual="后得到回复"
    )


# ---- 公平 ------------------------------------------------------------------------


def raid(history, *, pressed, calm=0.25, count=ENOUGH, acts=30, after=0):
    """平时 `ENOUGH` 句各 `calm` 秒；吵闹时 `count` 句各 `pressed` 秒，再有 `after` 句没有回复。"""
    tokens = []
    for took in (calm,) * ENOUGH + (pressed,) * count:
        if len(tokens) == ENOUGH:
            history.ledger.add(Kind.FAULT, by=TECH, what="刷屏", acts=acts)
        tokens.append(history.said(EDU))
        history.wait(took)
        history.heard(tokens[-1])
    tokens += [history.said(EDU) for _ in range(after)]
    history.ledger.add(Kind.FAULT, by=TECH, what="刷屏", acts=0)
    return tokens[:ENOUGH], tokens[ENOUGH:]


SLOW = {"expected": "不慢于平时的 10 倍（慢出的不超过一成），一句不丢"}
#: 平时十句占 30 行，吵闹占一行；往后每三行一条回复。
PRESSED = tuple(range(34, 34 + 3 * ENOUGH, 3))


def test_exactly_as_slow_as_promised_is_quick_enough(history):
    quiet, loud = raid(history, pressed=2.5)
    actual = "平时中位 250 毫秒，吵闹时中位 2500 毫秒，慢到 10.0 至 10.0 倍，0 句慢出 10 倍"
    assert as_quick(history.events, quiet, loud) == held(actual, 20, *PRESSED)


def test_a_slowed_tenant_is_told_in_milliseconds(history):
    quiet, loud = raid(history, calm=0.25, pressed=7.5)
    actual = "平时中位 250 毫秒，吵闹时中位 7500 毫秒，慢到 30.0 至 30.0 倍，10 句慢出 10 倍"
    assert as_quick(history.events, quiet, loud) == broken(
        f"被邻居拖累：{actual}", 10, *PRESSED, **SLOW, actual=actual
    )


def test_lost_lines_are_starved_lines(history):
    quiet, loud = raid(history, pressed=0.25, after=2)
    assert as_quick(history.events, quiet, loud) == broken(
        "被邻居拖累：2 句没有得到回复", 12, *PRESSED, **SLOW, actual="2 句没有得到回复"
    )


def test_without_enough_lines_or_noise_fairness_is_unknown(history):
    quiet, loud = raid(history, pressed=0.25, count=ENOUGH - 1)
    claim = "吵闹时只说了 9 句，至少要 10 句"
    assert as_quick(history.events, quiet, loud) == doubt(claim, 9)
    claim = "平时 9 句里答了 9 句，要句句都答、至少 10 句"
    assert as_quick(history.events, quiet[:-1], loud) == doubt(claim, 9)
    calm = History()
    claim = "吵闹没有罩住全程，比不出快慢"
    assert as_quick(calm.events, *raid(calm, pressed=0.25, acts=0)) == doubt(claim, 10)


# ---- 限额与兜底 ---------------------------------------------------------------------


def test_the_quota_is_counted_line_by_line(history):
    promise = {"answered": 1, "limited": 1}
    assert metered([], [], **promise) == doubt("一句话也没说，谈不上限流", 0)
    real, limited, silent = (history.said(TECH) for _ in range(3))
    history.prompted(real)
    history.heard(real)
    history.ledger.add(Kind.HEARD, by=TECH, token=limited, text="歇一歇再说")
    history.answered(EDU)
    assert metered(history.events, [real, limited], **promise) == held(
        "1 句得到回答，1 句被限流，0 句没有答复", 2, 8, 9
    )
    assert metered(history.events, [limited, real], **promise) == held(
        "1 句得到回答，1 句被限流，0 句没有答复", 2, 9, 8
    )
    actual = "1 句得到回答，1 句被限流，1 句没有答复"
    assert metered(history.events, [real, limited, silent], **promise) == broken(
        f"限额不对：{actual}", 3, 8, 9, expected="1 句得到回答，1 句被限流", actual=actual
    )
    history.ledger.add(Kind.HEARD, by=TECH, token=silent, text=f"歇一歇再说{real}")
    actual = "1 句得到回答，1 句被限流，0 句没有答复，1 条提示里有人说过的话"
    assert metered(history.events, [real, silent], **promise) == broken(
        f"限额不对：{actual}", 2, 8, 13, expected="1 句得到回答，1 句被限流", actual=actual
    )
    lost = history.said(TECH)
    history.prompted(lost)
    actual = "1 句得到回答，0 句被限流，1 句没有答复"
    assert metered(history.events, [lost, real], answered=2, limited=0) == broken(
        f"限额不对：{actual}", 2, 8, expected="2 句得到回答，0 句被限流", actual=actual
    )


def test_a_limited_line_that_reached_the_model_is_told_after_the_counts(history):
    real, limited = history.said(TECH), history.said(TECH)
    history.prompted(real, limited)
    first = history.heard(real)
    notice = history.ledger.add(Kind.HEARD, by=TECH, token=limited, text="歇一歇再说")
    actual = "1 句得到回答，1 句被限流，0 句没有答复，1 句被限流的仍送到了大模型"
    promise = {"answered": 1, "limited": 1}
    assert metered(history.events, [real, limited], **promise) == broken(
        f"限额不对：{actual}", 2, first, notice.seq,
        expected="1 句得到回答，1 句被限流", actual=actual,
    )  # fmt: skip


def test_a_call_for_nobody_knows_which_line_leaves_the_quota_undecided(history):
    real, limited = history.said(TECH), history.said(TECH)
    history.prompted(real)
    history.heard(real)
    history.ledger.add(Kind.HEARD, by=TECH, token=limited, text="歇一歇再说")
    # 人设的口令不是说过的话：只带着它的那次调用，说不出为了谁。
    persona = history.plant(TECH)
    stray = history.ledger.add(Kind.PROMPT, by=TECH, text=f"你是助手（{persona}）")
    claim = (
        "1 句得到回答，1 句被限流，0 句没有答复；"
        "另有 1 次模型调用说不出为了哪句话，没送到大模型证明不了"
    )
    promise = {"answered": 1, "limited": 1}
    assert metered(history.events, [real, limited], **promise) == doubt(claim, 2, stray.seq)


def test_a_fallback_is_timed_from_the_words_not_from_the_call(history):
    other = history.answered(EDU)
    history.prompted(other, outcome="answered")
    token = history.said(TECH)
    resent(history, TECH, token)
    claim = "大模型没有收到这句话，或其实答成了，谈不上兜底"
    assert fell_back(history.events, token, 2) == doubt(claim, 0)
    history.wait(1)
    history.prompted(token, outcome="status 500")
    late = {"expected": "2 秒内得到一句不带任何人的话的答复"}
    assert fell_back(history.events, token, 2) == broken(
        "兜底答复不对：没有得到答复", 2, 6, 8, **late, actual="没有得到答复"
    )
    history.wait(1)
    history.ledger.add(Kind.HEARD, by=TECH, token=token, text="抱歉，我刚才走神了")
    assert fell_back(history.events, token, 2) == held("2.00 秒得到兜底答复", 3, 6, 8, 9)
    history.heard(token)
    actual = "2.00 秒得到答复，里面有人说过的话"
    assert fell_back(history.events, token, 2) == broken(
        f"兜底答复不对：{actual}", 4, 6, 8, 9, 10, **late, actual=actual
    )
    history.prompted(token, outcome="answered")
    assert fell_back(history.events, token, 2) == doubt(claim, 2)


# ---- 拒绝 ------------------------------------------------------------------------


def test_a_refusal_cites_everything_that_befell_the_line(history):
    good, bad, silent = history.answered(TECH), history.said(TECH), history.said(TECH)
    claim = "有效的密钥也没有被放行，拒绝证明不了什么"
    assert accepted_then_refused(history.events, bad, bad) == doubt(claim, 1)
    history.befell(Kind.REFUSED, bad)
    assert accepted_then_refused(history.events, good, bad) == held("被拒绝", 3, 4, 5, 8)
    assert refused(history.events, silent) == doubt("没有回复也没有明确的拒绝", 2, 6, 7)
    promise = {"expected": "被拒绝：没有回复，模型也没有看见"}
    history.prompted(bad)
    assert refused(history.events, bad) == broken(
        "该拒绝的话进了提示词", 4, 4, 5, 8, 9, **promise, actual="进了提示词"
    )
    assert refused(history.events, good) == broken(
        "该拒绝的话得到了回复", 3, 1, 2, 3, **promise, actual="得到了回复"
    )


# ---- 送达 ------------------------------------------------------------------------


def test_astray_replies_name_every_wrong_place(history):
    claim = "没有回复，或只有一个去处，谈不上送错"
    opened(history, TECH)
    token = history.answered(TECH)
    assert only_to_asker(history.events, [token]) == doubt(claim, 1)
    opened(history, EDU)
    assert only_to_asker(history.events, [token]) == held("1 条回复都送对了", 1, 4)
    for owner in (EDU, GROUP, GROUP, replace(TECH, platform="wechat")):
        history.heard(token, by=owner)
    assert only_to_asker(history.events, [token]) == broken(
        "送错了人：4 条回复到了别处",
        *(5, 6, 7, 8, 9),
        expected="只送到问的人手里",
        actual="到了教育机构/助手/qq/private:u1001/小王、科技公司/助手/qq/group:g1/小王"
        "、科技公司/助手/wechat/private:u1001/小王",
    )


def test_an_eavesdropper_is_told_how_much_it_heard(history):
    here = Line(EDU.tenant, EDU.agent, EDU.platform)
    claim = "旁听的连接没有证明自己活着，或别处也没有回复，“没收到”证明不了什么"
    history.answered(EDU)
    history.answered(TECH)
    assert unheard(history.events, here) == doubt(claim, 1)
    history.answered(EDU, sentinel=True)
    assert unheard(history.events, here) == held("一条也没收到", 2, 9, 6)
    history.heard(history.said(TECH), by=EDU)
    assert unheard(history.events, here) == broken(
        "收到了不该收到的：1 条回复", 3, 12, expected="一条也没收到", actual="收到 1 条"
    )


def test_devices_are_told_one_by_one(history):
    opened(history, TECH)
    opened(history, TECH, **PHONE)
    token = history.said(TECH)
    assert every_device_once([], token, 2) == doubt("这句话没有说出口", 0)
    assert every_device_once(history.events, token, 3) == doubt("连着的设备是 2 台，不是 3 台", 2)
    history.heard(token)
    text = f"说到{token}"
    history.ledger.add(Kind.HEARD, by=TECH, text=text, **PHONE)
    assert every_device_once(history.events, token, 2) == held("2 台设备各收到 1 条", 2, 5, 6)
    history.ledger.add(Kind.HEARD, by=TECH, text=text, **PHONE)
    assert every_device_once(history.events, token, 2) == broken(
        "有的设备没收到，或收到了两遍",
        *(2, 4, 5, 6, 7),
        expected="每台设备 1 条",
        actual="第一台收到 1 条、手机收到 2 条",
    )
