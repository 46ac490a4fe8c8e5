"""主线版的剧本：手写的请求，样子照着真的来；一句话恰好一次 reply，然后收工。"""

import json

from support.canary import Mint, find_tokens
from support.observer.call import UNPLACED
from support.observer.protocol import parse_chat
from support.observer.scripts.maibot import answer

TOOLS = [{"type": "function", "function": {"name": n}} for n in ("wait", "stop", "reply")]
MINT = Mint("maibot-script")


def heard(number, text, **attributes):
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return {"role": "user", "content": f'<message msg_id="{number}" user="小王"{extra}>\n{text}'}


def replied(number):
    function = {"name": "reply", "arguments": json.dumps({"msg_id": number})}
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "c", "type": "function", "function": function}],
    }


def ask(model, *messages, tools=()):
    body = {"model": model, "messages": list(messages), "tools": list(tools)}
    return answer(parse_chat(json.dumps(body).encode()))


def plan(*messages):
    return ask("maispec-planner", *messages, tools=TOOLS)


def test_every_unanswered_line_gets_one_reply_that_names_its_own_token():
    first, second = MINT.token(), MINT.token()
    said = plan(heard("m1", f"甲（{first}）"), heard("m2", f"乙（{second}）"))
    assert [(c.name, c.arguments["msg_id"]) for c in said.calls] == [
        ("reply", "m1"),
        ("reply", "m2"),
    ]
    assert [find_tokens(c.arguments["reply_reference"]) for c in said.calls] == [[first], [second]]


def test_several_lines_in_one_message_are_told_apart():
    text = heard("m1", "甲")["content"] + "\n" + heard("m2", "乙")["content"]
    said = plan({"role": "user", "content": text}, replied("m1"))
    assert [c.arguments["msg_id"] for c in said.calls] == ["m2"]


def test_planner_stops_when_all_is_answered_and_never_answers_itself():
    said = plan(heard("m1", "甲"), replied("m1"), heard("m2", "我说的", is_self_message="true"))
    assert [c.name for c in said.calls] == ["stop"]


def test_planner_without_stop_says_a_sentence_instead_of_looping():
    said = ask("maispec-planner", heard("m1", "甲"), replied("m1"), tools=TOOLS[2:])
    assert said.calls == ()
    assert said.text


def test_replyer_leads_with_the_planned_token_and_repeats_every_other_it_sees():
    old, asked = MINT.token(), MINT.token()
    plan_said = plan(heard("m2", f"乙（{asked}）")).calls[0].arguments["reply_reference"]
    said = ask(
        "maispec-replyer",
        heard("m1", f"甲（{old}）"),
        {"role": "user", "content": plan_said},
        {"role": "user", "content": "你要应的是最后一句，请自然地说。"},
    )
    assert said.kind == "reply"
    assert find_tokens(said.text) == [asked, old]


def test_small_steps_get_an_empty_result_and_strangers_are_reported():
    small = ask("maispec-utils", {"role": "user", "content": "提取"})
    stranger = ask("gpt-x", {"role": "user", "content": "？"})
    assert (small.text, small.kind) == ("[]", "utils")
    assert stranger.kind == UNPLACED
