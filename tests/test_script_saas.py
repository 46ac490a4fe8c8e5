"""SaaS 版麦麦的剧本：一句话问四次模型，每一次都要马上答得合它的读法。"""

import json
import re

import pytest

from support.canary import Mint, find_tokens
from support.observer import scripts
from support.observer.protocol import parse_chat
from support.observer.records import Records

ANSWER = scripts.load("saas")
MINT = Mint("saas-script")
PERSONA, HELLO, WHEN, OTHER = (MINT.token() for _ in range(4))


def ask(prompt, model="planner"):
    body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    return ANSWER(parse_chat(json.dumps(body, ensure_ascii=False).encode()))


def plan(*lines, heading="可用的action"):
    return ask(
        "现在是下午\n以下是聊天\n" + "\n".join(lines) + f"\n\n**{heading}**\n"
        '{"action":"reply","target_message_id":"m1"}\n[m7]12:00:00, 例子: 这是例子'
    )


def actions(said):
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)\n```", said.text, re.S)]


def line(number, who, words, token=""):
    return f"[m{number}]14:03:07, {who}: {words}" + (f"（{token}）" if token else "")


@pytest.mark.parametrize("heading", ["可用的action", "可选的action"])
def test_the_planner_answers_the_line_nobody_answered(heading):
    said = plan(line(12, "小王", "你好", HELLO), heading=heading)
    assert said.kind == "planner"
    assert said.asked == HELLO
    assert [(one["action"], one["target_message_id"]) for one in actions(said)] == [
        ("reply", "m12")
    ]


def test_lines_already_answered_are_left_alone():
    said = plan(
        line(12, "小王", "你好", HELLO),
        line(13, "麦麦(你)", f"说到{HELLO}，我记着呢；还记得{WHEN}。"),
        line(14, "小王", "几点", WHEN),
    )
    assert [one["target_message_id"] for one in actions(said)] == ["m14"]


def test_its_own_words_count_as_own_where_it_does_not_know_itself():
    said = plan(
        line(12, "小王", "你好", HELLO),
        line(13, "未知用户e9c6", ask_reply_text()),
        line(14, "小王", "几点", WHEN),
    )
    assert [one["target_message_id"] for one in actions(said)] == ["m14"]


def ask_reply_text():
    return reply(f"刚刚, 小王: 你好（{HELLO}）", asked=HELLO).text


def test_a_burst_gets_one_action_per_line():
    lines = [line(number, "小王", f"第{number}句", MINT.token()) for number in range(20, 25)]
    assert [one["target_message_id"] for one in actions(plan(*lines))] == [
        f"m{number}" for number in range(20, 25)
    ]


def test_nothing_to_answer_means_rest():
    said = plan(line(13, "麦麦(你)", f"说到{HELLO}，我记着呢。"))
    assert [one["action"] for one in actions(said)] == ["no_reply"]


def test_words_without_a_token_are_answered_when_they_are_the_newest():
    said = plan(line(12, "小王", "你好"), line(13, "小王", "在吗"))
    assert [one["target_message_id"] for one in actions(said)] == ["m13"]


def test_a_name_that_looks_like_an_own_line_only_counts_before_the_words():
    said = plan(line(12, "小王", "有人叫麦麦(你): 好", HELLO))
    assert [one["target_message_id"] for one in actions(said)] == ["m12"]


@pytest.mark.parametrize(
    ("prompt", "kind", "nothing"),
    [
        ('挑：{"selected_situations": [1]}', "expression", '{"selected_situations": []}'),
        ('要不要回忆：{"questions": []}', "recall", '{"questions": []}'),
        ("选一类，严格用<>括起来", "category", "<none>"),
    ],
)  # fmt: skip
def test_chores_find_nothing_and_say_whose_line_it_is(prompt, kind, nothing):
    said = ask(f"刚刚, 小王: 你好（{HELLO}）\n刚刚, 麦麦(你): 说到{OTHER}\n{prompt}", "utils")
    assert (said.kind, said.text, said.asked) == (kind, nothing, HELLO)


def reply(*history, asked):
    return ask(
        "你在和小王聊天\n" + "\n".join(history) + f"\n\n他说的：几点（{asked}）。引起了你的注意。\n"
        f"你温和周到（{PERSONA}）\n说吧：",
        "replyer",
    )


def test_the_reply_names_the_asked_line_first_and_repeats_everything_seen():
    said = reply(f"刚刚, 小王: 几点（{WHEN}）", f"刚刚, 小王: 别的（{OTHER}）", asked=WHEN)
    assert (said.kind, said.asked) == ("reply", WHEN)
    assert find_tokens(said.text) == [WHEN, OTHER, PERSONA]


def test_anything_else_is_recorded_as_unplaced():
    assert ask("拼提示词的时候出错了").kind == "unplaced"


def test_the_record_keeps_which_line_was_asked():
    records = Records(mono=lambda: 0.0, wall=lambda: 0.0)
    call = parse_chat(b'{"messages": [{"role": "user", "content": "x"}]}')
    assert records.add(call, path="/v1", key="", asked=HELLO).row()["asked"] == HELLO
