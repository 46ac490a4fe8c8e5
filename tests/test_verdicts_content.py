"""内容一类的裁决写全：谁看见了什么、想起了什么、照谁的设置、管理面怎样答。

说出一句话占台账两行（登记、说出），听到、看到各占一行；证据的编号就是这样数的。
"""

from dataclasses import replace

import pytest

from support.model import NOBODY, Kind, Surface
from support.oracles import leaks, outsider
from support.oracles.conversation import (
    own_provider_key,
    persona_carried,
    persona_present,
    topics_covered,
    used_model,
)
from support.oracles.listing import only_own
from support.oracles.model_use import ModelUse, own_settings
from support.oracles.outsider import Attempt
from support.oracles.recall import forgets, only_remembers, remembers
from tests.histories import EDU, HELD, TECH, History
from tests.verdicts import broken, doubt, held


@pytest.fixture
def history():
    return History()


# ---- 越界 ------------------------------------------------------------------------


def audit(history):
    """审计的裁决；看见了谁的哪一句另有测试，这里只留下数目。"""
    verdict = leaks.check(history.events, leaks.manifest(history.events))
    return replace(verdict, leaks=()), len(verdict.leaks)


def test_the_audit_counts_what_it_scanned(history):
    assert audit(history) == (doubt("越界审计没有看到任何内容", 0), 0)
    token = history.answered(TECH, "周三")
    assert audit(history) == (held("扫描 1 处，没有别人的话", 1), 0)
    history.prompted(history.said(EDU), token)
    history.heard(token, by=EDU)
    history.saw(NOBODY, Surface.BODY, token)
    history.heard(token)
    assert audit(history) == (
        broken(
            "越界：“教育机构”看到了“科技公司”的话",
            *(4, 6, 7),
            expected="提示词里没有“周三”",
            actual="扫描 4 处，2 处越界，第一处是一条提示词",
        ),
        2,
    )


def test_the_manifest_tells_where_each_token_was_planted(history):
    token = history.plant(TECH, "周三")
    [canary] = leaks.manifest(history.events).values()
    assert (canary.token, canary.words, canary.scenario) == (token, "周三", "HIST-01#1")


def test_nobody_in_particular_is_called_unknown():
    assert leaks.apart(NOBODY, TECH) == ("未知", "科技公司")


# ---- 记得与不记得 -------------------------------------------------------------------

UNSEEN = "没有看到作答过程，无从知道记不记得“周三”"


def test_remembering_cites_the_prompts_or_else_the_replies(history):
    told, question = history.said(TECH, "周三"), history.said(TECH)
    asked = {"question": question, "wanted": told, "words": "周三"}
    assert remembers(history.events, **asked) == doubt(UNSEEN, 0)
    for _ in range(2):
        history.heard(question)
    assert remembers(history.events, **asked) == broken(
        "忘了自己的话：“周三”",
        *(2, 5, 6),
        expected="作答时想得起“周三”",
        actual="2 份作答依据里都没有这句话",
    )
    history.prompted(question, told)
    assert remembers(history.events, **asked) == held("记得“周三”", 1, 7)


def test_forgetting_cites_prompts_and_replies(history):
    told, question, owner = history.said(TECH, "周三"), history.said(EDU), history.said(TECH)
    asked = {"question": question, "unwanted": told, "words": "周三", "controls": [owner]}
    assert forgets(history.events, **asked) == doubt(UNSEEN, 0)
    history.prompted(question)
    history.heard(question)
    claim = "没有人记得“周三”，“不记得”证明不了什么"
    assert forgets(history.events, **asked) == doubt(claim, 2, 7, 8)
    history.prompted(owner, told)
    assert forgets(history.events, **asked) == held("不记得“周三”，而主人记得", 2, 7, 8)
    history.heard(question, told)
    assert forgets(history.events, **asked) == broken(
        "想起了别处的话：“周三”",
        *(3, 7, 8, 10),
        expected="作答时想不起“周三”",
        actual="作答依据里就有这句话",
    )


def test_only_remembering_counts_the_strangers(history):
    own, first, second, question = (history.said(owner) for owner in (TECH, EDU, EDU, TECH))
    asked = {"question": question, "wanted": own, "words": "周三"}
    planted = [own, first, second, question]
    assert only_remembers(history.events, **asked, planted=planted) == doubt(UNSEEN, 0)
    history.prompted(question, own)
    claim = "除了“周三”没有人说过别的，“只”字证明不了什么"
    assert only_remembers(history.events, **asked, planted=[own]) == doubt(claim, 1, 9)
    assert only_remembers(history.events, **asked, planted=planted) == held("只记得“周三”", 1, 9)
    history.heard(question, first, second)
    assert only_remembers(history.events, **asked, planted=planted) == broken(
        "除了“周三”还想起了 2 句别处的话",
        *(1, 9),
        expected="作答时只想得起“周三”",
        actual="另有 2 句",
    )


# ---- 对话 ------------------------------------------------------------------------


def test_topics_cite_the_first_line_of_each(history):
    topics = ["生活", "电影", "爱好"]
    history.said(TECH, topic="电影")
    assert topics_covered(history.events, topics) == doubt("没有一句得到回复的话", 0)
    for topic in ("电影", "爱好", "爱好"):
        history.answered(TECH, topic=topic)
    assert topics_covered(history.events, topics[1:]) == held("2 个话题都聊到", 2, 4, 7)
    assert topics_covered(history.events, topics) == broken(
        "没有聊到：生活", 2, 4, 7, expected="生活、电影、爱好", actual="电影、爱好"
    )


BLIND = "没有看到提示词，不知道人设送到没有"


def test_personas_are_counted_prompt_by_prompt(history):
    question, persona = history.said(TECH), history.plant(TECH, "严谨")
    known = {(TECH.tenant, TECH.agent): persona}
    assert persona_carried(history.events, [question], known) == doubt(BLIND, 0)
    history.prompted(question, f"（{persona}）")
    assert persona_carried(history.events, [question], known) == held("1 份提示词都带着人设", 1, 4)
    history.prompted(question)
    assert persona_carried(history.events, [question], known) == broken(
        "1 份提示词没有带上人设",
        *(2, 5),
        expected="每份提示词都带着自己的人设",
        actual="2 份里 1 份没有",
    )


def test_a_present_and_an_absent_persona_are_told_apart(history):
    question, persona = history.said(TECH), history.plant(TECH, "严谨")

    def judge(expected):
        return persona_present(history.events, question, persona, words="严谨", expected=expected)

    assert judge(True) == doubt(BLIND, 0)
    history.prompted(question)
    claim = "没有一份提示词带着“严谨”，“没有带着”证明不了什么"
    assert judge(False) == doubt(claim, 1, 4)
    history.prompted(history.said(EDU), f"（{persona}）")
    assert judge(False) == held("没有带着人设“严谨”", 1, 4)
    history.prompted(question, f"（{persona}）")
    assert judge(True) == broken(
        "人设不对：理当带着“严谨”",
        *(2, 4),
        expected="带着人设“严谨”",
        actual="2 份提示词里 1 份并非如此",
    )
    assert judge(False) == broken(
        "人设不对：理当没有带着“严谨”",
        *(2, 8),
        expected="没有带着人设“严谨”",
        actual="2 份提示词里 1 份并非如此",
    )


def test_a_carried_persona_is_told_as_carried(history):
    question, persona = history.said(TECH), history.plant(TECH, "严谨")
    history.prompted(question, f"（{persona}）")
    verdict = persona_present(history.events, question, persona, words="严谨", expected=True)
    assert verdict == held("带着人设“严谨”", 1, 4)


def test_provider_keys_are_counted_call_by_call(history):
    question = history.said(TECH)
    claim = "没有看到提示词，不知道用了谁的模型密钥"
    assert own_provider_key(history.events, [question], "自己的") == doubt(claim, 0)
    history.prompted(question, key_fp="自己的")
    assert own_provider_key(history.events, [question], "自己的") == held(
        "1 次调用都用自己的模型密钥", 1, 3
    )
    history.prompted(question, key_fp="别人的")
    assert own_provider_key(history.events, [question], "自己的") == broken(
        "1 次调用用了别人的模型密钥",
        *(2, 4),
        expected="每次调用都用自己的模型密钥",
        actual="2 次里 1 次不是",
    )


def test_the_models_used_are_all_named(history):
    question = history.said(TECH)
    claim = "没有看到提示词，不知道用了哪个模型"
    assert used_model(history.events, question, "deep-1") == doubt(claim, 0)
    history.prompted(question, model="deep-1")
    assert used_model(history.events, question, "deep-1") == held("用的模型是“deep-1”", 1, 3)
    history.prompted(history.said(EDU), model="free-1")
    history.prompted(question, model="quick-1")
    assert used_model(history.events, question, "deep-1") == broken(
        "用错了模型", 2, 3, 7, expected="deep-1", actual="deep-1、quick-1"
    )


# ---- 模型设置 ----------------------------------------------------------------------

TECH_USE = ModelUse("aaaa1111", "稳重型", 0.2)
EDU_USE = ModelUse("bbbb2222", "活泼型", 0.9)


def call(history, owner, use=None):
    """`owner` 问一句，模型照 `use` 被调用；没有 `use` 就是什么设置也没带。"""
    question = history.said(owner)
    if use is None:
        history.prompted(question)
    else:
        params = {"temperature": use.temperature}
        history.prompted(question, key_fp=use.key_fp, model=use.model, params=params)
    return question


def own(*uses):
    return dict(zip([(TECH.tenant, TECH.agent), (EDU.tenant, EDU.agent)], uses, strict=True))


def test_settings_are_told_with_model_temperature_and_key(history):
    questions = [call(history, TECH, TECH_USE), call(history, EDU, EDU_USE)]
    claim = "2 次调用都照自己的模型设置"
    both = own(TECH_USE, EDU_USE)
    assert own_settings(history.events, questions, both) == held(claim, 2, 3, 6)
    swapped = own_settings(history.events, questions, own(EDU_USE, TECH_USE))
    assert (swapped.claim, swapped.evidence) == ("2 次调用没有照自己的模型设置", (3, 6))
    questions.append(call(history, EDU))
    assert own_settings(history.events, questions, both) == broken(
        "1 次调用没有照自己的模型设置",
        *(3, 9),
        expected="模型“活泼型”、温度 0.9、模型密钥指纹 bbbb22",
        actual="模型“”、温度 -1、模型密钥指纹 ",
    )
    stranger = call(history, replace(EDU, agent="售后"), EDU_USE)
    verdict = own_settings(history.events, [*questions[:2], stranger], both)
    assert (verdict.expected, verdict.evidence) == ("没有登记过的智能体", (12,))


@pytest.mark.parametrize(
    "same", [replace(EDU_USE, model=TECH_USE.model), replace(EDU_USE, temperature=0.2)]
)
def test_one_common_setting_is_enough_to_hide_a_mistake(history, same):
    questions = [call(history, TECH, TECH_USE), call(history, EDU, same)]
    claim = "作答的智能体没有两种不同的模型设置，用错了也看不出来"
    assert own_settings(history.events, questions, own(TECH_USE, same)) == doubt(claim, 2, 3, 6)


# ---- 管理面 ------------------------------------------------------------------------


def test_a_listing_is_told_in_numbers():
    claim = "它名下本来就没有东西，列不出什么"
    assert only_own([], [], 0, event=7) == doubt(claim, 0, 7)
    assert only_own(["丙"], [], 1, event=7).actual == "列出 1 样，总数 1"
    assert only_own(["甲"], ["甲"], 1, event=7) == held("恰好列出自己的 1 样", 1, 7)
    assert only_own(["甲", "丙", "丁"], ["甲", "乙"], 3, event=7) == broken(
        "名录不对：多出 2 样，少了 1 样，自报总数 3",
        *(4, 7),
        expected="恰好 2 样，总数 2",
        actual="列出 3 样，总数 3",
    )


def attempt(shape, *, success=False, status=200, event=1):
    return Attempt(success, status, shape, event)


OWN = attempt("自己的", success=True, event=3)


def test_telling_ids_apart_shows_both_answers():
    foreign, nowhere = attempt("无权" + "限" * 300), attempt("没" + "有" * 300, event=2)
    assert outsider.alike(OWN, foreign, nowhere) == broken(
        "别家的编号答得与从未有过的编号不一样",
        *(3, 1, 2, 3),
        expected="与从未有过的编号一样：没" + "有" * 199,
        actual="别家的编号：无权" + "限" * 198,
    )
    same = replace(nowhere, event=1)
    assert outsider.alike(OWN, same, nowhere) == held("别家的与从未有过的编号答得一样", 3, 1, 2, 3)
    claim = "对着自己的也办不成，答得一样证明不了什么"
    assert outsider.alike(replace(OWN, success=False), same, nowhere) == doubt(claim, 3, 1, 2, 3)


@pytest.mark.parametrize(("foreign", "nowhere"), [(500, 200), (200, 500), (499, 500)])
def test_a_broken_desk_proves_nothing(foreign, nowhere):
    seen = attempt("崩了", status=foreign), attempt("崩了", status=nowhere, event=2)
    claim = "管理面自己出了错，答得一样证明不了什么"
    assert outsider.alike(OWN, *seen) == doubt(claim, 3, 1, 2, 3)


def test_what_was_touched_is_shown_in_its_surroundings():
    verdict = outsider.untouched("甲", "甲", tenant="科技公司", events=(1, 2))
    assert verdict == held("“科技公司”的东西原样未动", 2, 1, 2)
    before, after = ("前" * 100 + word + "后" * 100 for word in ("甲", "乙"))
    assert outsider.untouched(before, after, tenant="科技公司", events=(1, 2)) == broken(
        "“科技公司”的东西被动过",
        *(2, 1, 2),
        expected=f"……{'前' * 60}甲{'后' * 79}……",
        actual=f"……{'前' * 60}乙{'后' * 79}……",
    )
    for before, after, shown in (
        ("甲" + "后" * 100, "乙" + "后" * 100, f"……乙{'后' * 79}……"),
        ("前" * 100 + "甲", "前" * 100 + "乙", f"……{'前' * 60}乙……"),
    ):
        verdict = outsider.untouched(before, after, tenant="科技公司", events=(1, 2))
        assert verdict.actual == shown
    longer = outsider.untouched("甲", "甲乙", tenant="科技公司", events=(1, 2))
    assert (longer.expected, longer.actual) == ("……甲……", "……甲乙……")
    shorter = outsider.untouched("前" * 61 + "甲", "前" * 61, tenant="科技公司", events=(1, 2))
    assert (shorter.expected, shorter.actual) == (f"……{'前' * 60}甲……", f"……{'前' * 60}……")


def test_refusals_at_the_desk_are_told():
    good, bad = attempt("办成", success=True, event=1), attempt("没有权限", event=2)
    refused, promise = outsider.refused, {"expected": "被拒绝"}
    assert refused(good, bad, leaked=False) == held("先放行、后拒绝", 2, 1, 2)
    assert refused(good, replace(bad, success=True), leaked=False) == broken(
        "该拒绝的密钥办成了", 2, 1, 2, **promise, actual="办成了"
    )
    assert refused(good, bad, leaked=True) == broken(
        *("该拒绝的密钥应答里露出了那家的东西", 2, 1, 2),
        **promise,
        actual="应答里露出了那家的东西",
    )
    claim = "有效的密钥也没有办成，拒绝证明不了什么"
    assert refused(replace(good, success=False), bad, leaked=False) == doubt(claim, 2, 1, 2)
    claim = "管理面自己出了错，不算拒绝"
    assert refused(good, replace(bad, status=500), leaked=False) == doubt(claim, 2, 1, 2)
    assert refused(good, replace(bad, status=499), leaked=False).outcome is HELD


def failing(history, text, status=400):
    history.ledger.add(Kind.BODY, by=EDU, text=text, success=False, status=status)


def test_raw_errors_are_quoted(history):
    claim = "没有一次失败的应答，看不出报错的样子"
    assert outsider.plain_errors(history.events) == doubt(claim, 0)
    failing(history, "名称已存在")
    failing(history, "稍后再试", status=499)
    assert outsider.plain_errors(history.events) == held("2 次报错都不露内情", 2, 1, 2)
    plain = {"expected": "一句产品语言的缘由"}
    failing(history, "出错了", status=500)
    assert outsider.plain_errors(history.events) == broken(
        "报错露出了内情", 3, 3, **plain, actual="崩溃（500）"
    )
    raw = History()
    failing(raw, "失败 UNIQUE constraint failed: tenants")
    assert outsider.plain_errors(raw.events) == broken(
        "报错露出了内情", 1, 1, **plain, actual="“constraint failed”"
    )


def test_writes_counts_and_secrets_are_told():
    assert outsider.same_after("新", "新", event=4) == held("读回来正是改成的样子", 1, 4)
    assert outsider.same_after("新" * 201, "旧" * 201, event=4) == broken(
        "答应了却没有改", 1, 4, expected="新" * 200, actual="旧" * 200
    )
    assert outsider.counted(0, 0, what="用量", event=4) == held("用量恰好是 0", 1, 4)
    assert outsider.counted(2, 2, what="用量", event=4) == held("用量恰好是 2", 2, 4)
    assert outsider.counted(3, 2, what="用量", event=4) == broken(
        "用量记错了账", 1, 4, expected="2", actual="3"
    )
    secret = {"what": "模型密钥", "event": 4}
    assert outsider.secret_hidden(shown=False, control=True, **secret) == held(
        "应答里没有模型密钥", 1, 4
    )
    assert outsider.secret_hidden(shown=True, control=True, **secret) == broken(
        "应答里就有模型密钥", 1, 4, expected="看不见", actual="看得见"
    )
    claim = "应答里什么也没有，看不见证明不了什么"
    assert outsider.secret_hidden(shown=False, control=False, **secret) == doubt(claim, 1, 4)
