"""措辞：一条事件一行，一次违反七行，口令不露面。"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

import pytest

from support.canary import Mint
from support.config import DEFAULT_CONFIG
from support.model import (
    Canary,
    Event,
    Kind,
    Leak,
    Outcome,
    Owner,
    ScenarioRecord,
    Scope,
    Surface,
    Verdict,
)
from support.reports.html.evidence import View, render_all
from support.reports.wording import (
    aimed,
    describe_event,
    explain,
    reproduce_command,
    violation_text,
)
from tests.reports_sample import EVIL, assert_harmless

OWNER = Owner("HIST-01#1/科技公司", "技术助手", "qq", "private:u1", "小雨")
OTHER = Owner("HIST-01#1/教育机构", "教育导师", "qq", "private:u1", "小王")
MINT = Mint("措辞")
TOKENS = [MINT.token() for _ in range(8)]
CANARIES = {
    token: Canary(token, OWNER, Scope.CHAT, f"第{number}句", "HIST-01")
    for number, token in enumerate(TOKENS, start=1)
}
WALL = datetime(2026, 11, 22, 14, 3, 7, 120000).timestamp()


def event(kind, text="", by=OWNER, **data):
    return Event(42, kind, 0.0, WALL, "HIST-01", by, surface=Surface.REPLY, text=text, data=data)


@pytest.mark.parametrize(
    ("kind", "text", "data", "line"),
    [
        (Kind.SAID, f"第1句（{TOKENS[0]}）", {}, "科技公司/小雨 说出“第1句”"),
        (Kind.SAID, f"第1句（{TOKENS[0]}）", {"resend": True}, "科技公司/小雨 重发“第1句”"),
        (Kind.HEARD, f"说到{TOKENS[0]}。", {}, "科技公司/小雨 收到“说到〔第1句〕。”"),
        (Kind.REFUSED, "", {"code": 1008}, "科技公司/小雨 被拒绝（1008）"),
        (
            Kind.BODY,
            "",
            {"method": "GET", "path": "/x", "status": 200},
            "科技公司/小雨 GET /x 得到 200",
        ),
    ],
)
def test_an_event_reads_as_one_sentence(kind, text, data, line):
    shown = describe_event(event(kind, text, **data), CANARIES)
    assert shown == f"#0042 14:03:07.120 {line}"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_event_has_a_sentence(kind):
    assert describe_event(event(kind)).startswith("#0042 14:03:07.120 科技公司/小雨 ")


def leaky(text):
    heard = event(Kind.HEARD, text, by=OTHER)
    return heard, Leak(CANARIES[TOKENS[0]], OTHER, Surface.REPLY, heard)


def test_a_leak_names_its_owner_and_others_stay_plain():
    heard, leak = leaky(f"听说{TOKENS[0]}和{TOKENS[1]}")
    assert describe_event(heard, CANARIES, [leak]).endswith(
        "教育机构/小王 收到“听说〔科技公司/小雨的“第1句”〕和〔第2句〕”"
    )


def test_a_prompt_shows_the_words_that_matter_and_nothing_of_the_deployments_own():
    text = f"system: 部署自己的开场白 user: 第2句（{TOKENS[1]}）第1句（{TOKENS[0]}）{TOKENS[1]}"
    seen = event(Kind.PROMPT, text, by=OTHER)
    leak = Leak(CANARIES[TOKENS[0]], OTHER, Surface.PROMPT, seen)
    assert describe_event(seen, CANARIES, [leak]).endswith(
        f"教育机构/小王 的模型看到提示词（{len(text)} 字，有〔科技公司/小雨的“第1句”〕、〔第2句〕）"
    )
    assert describe_event(event(Kind.PROMPT, "开场白"), CANARIES).endswith(
        "的模型看到提示词（3 字，有不认得的内容）"
    )


def verdict(outcome, **more):
    return Verdict(outcome, "“教育机构”看到了“科技公司”的话", 3, (42,), "没有", "有", **more)


def test_a_violation_has_its_seven_lines_and_no_empty_ones():
    full = violation_text(
        verdict(Outcome.VIOLATED),
        spec="HIST-01 甲",
        evidence=["#0042"],
        reproduce="跑",
        ledger="账",
    )
    assert full.splitlines() == [
        "“教育机构”看到了“科技公司”的话",
        "规格  HIST-01 甲",
        "期望  没有",
        "实际  有",
        "证据  #0042",
        "复现  跑",
        "台账  账",
    ]
    assert "台账" not in violation_text(verdict(Outcome.VIOLATED), spec="HIST-01 甲")


def record(outcome, *verdicts, reason=""):
    place = "features/a.feature:4"
    return ScenarioRecord(
        "HIST-01", "功能", "", "甲", (), place, outcome, 1.0, reason=reason, verdicts=verdicts
    )


def test_explain_leads_with_the_conclusion_and_says_it_once():
    claim = verdict(Outcome.VIOLATED).claim
    told = explain(record(Outcome.VIOLATED, verdict(Outcome.VIOLATED), reason=claim), seed="7")
    assert told.startswith(claim)
    assert told.count(claim) == 1
    assert told.endswith("复现  python -m behave features/a.feature:4 -D seed=7")
    unsure = record(Outcome.INCONCLUSIVE, verdict(Outcome.INCONCLUSIVE), reason=claim)
    assert explain(unsure).startswith(f"无法判定：{claim}\n规格")
    assert explain(unsure).count(claim) == 1
    assert explain(record(Outcome.SKIPPED, reason="没有能力")) == "跳过：没有能力"
    assert explain(record(Outcome.HELD)) == ""
    assert reproduce_command("a.feature:4") == "python -m behave a.feature:4"


def test_pages_fold_own_words_but_never_a_leak():
    heard, leak = leaky("记得" + "、".join([*TOKENS[1:], TOKENS[0]]) + "<b>")
    violated = verdict(Outcome.VIOLATED, leaks=(leak,))
    shown = View(record(Outcome.VIOLATED, violated), [heard], CANARIES).text(
        heard, heard.text, most=2
    )
    assert shown.count('<span class="own">〔') == 2
    assert "<mark>〔科技公司/小雨的“第1句”〕</mark>" in shown
    assert '、<span class="own">等另外 5 处自己的话</span>' in shown
    assert "&lt;b&gt;" in shown
    assert not any(token in shown for token in TOKENS)


def sly(owner):
    return Owner(*(f"{getattr(owner, one.name)}{EVIL}" for one in fields(owner)))


def test_whatever_was_said_is_only_text_on_every_page():
    mine, other = sly(OWNER), sly(OTHER)
    words = f"第1句{EVIL}"
    canary = Canary(TOKENS[0], mine, Scope.CHAT, words, "HIST-01")
    data = {"source": EVIL, "model": f"模型{EVIL}", "code": EVIL, "reason": EVIL}
    text = f"开头{EVIL}{canary.token}"
    said = replace(event(Kind.SAID, text, by=mine, **data), seq=1, token=canary.token)
    heard = event(Kind.HEARD, text, by=other, **data)
    prompt = replace(event(Kind.PROMPT, text, by=other, **data), seq=43, surface=Surface.PROMPT)
    refused = replace(event(Kind.REFUSED, text, by=mine, **data), seq=44)
    leaks = tuple(Leak(canary, other, one.surface, one) for one in (heard, prompt))
    judged = Verdict(
        Outcome.VIOLATED, f"结论{EVIL}", 3, (1, 42), f"期望{EVIL}", f"实际{EVIL}", leaks
    )
    held = replace(judged, outcome=Outcome.HELD, claim=f"通过的结论{EVIL}")
    view = View(
        record(Outcome.VIOLATED, judged, held, reason=f"缘由{EVIL}"),
        [said, heard, prompt, refused],
        {canary.token: canary},
    )
    pages = render_all(view)
    assert_harmless(pages["对话记录"], "开头", "qq", "来自")
    assert_harmless(pages["裁决与证据"], "缘由", "结论", "通过的结论", "期望　期望", "实际　实际")
    assert_harmless(pages["越界审计"], "第1句", "开头", "小王")
    assert_harmless(pages["提示词"], "模型", "开头")


def test_reproducing_aims_at_the_same_target():
    knobs = aimed({"config": "我的 配置.toml", "server_url": "ws://h/ws", "folder": "x"})
    assert reproduce_command("a.feature:3", seed="7", knobs=knobs) == (
        "python -m behave a.feature:3 -D 'config=我的 配置.toml' -D server_url=ws://h/ws -D seed=7"
    )
    assert aimed({"config": str(DEFAULT_CONFIG)}) == {}, "缺省的配置不必写"
