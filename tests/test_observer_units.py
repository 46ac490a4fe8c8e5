"""观察站的纯逻辑：剧本、线上形状、记录簿、规则簿。"""

import json

import pytest

from support.canary import Mint, find_tokens
from support.errors import ProtocolError
from support.observer import protocol
from support.observer.protocol import Call
from support.observer.records import Records, fingerprint
from support.observer.rules import Rulebook
from support.observer.scripts import plain
from support.observer.vectors import vector

KEY = "mmc_dGVuYW50X2FnZW50XzAwMDBfdjE="


def make_records(**limits):
    return Records(mono=lambda: 1.0, wall=lambda: 2.0, **limits)


def chat(*messages, **rest):
    return json.dumps({"messages": list(messages), **rest}).encode()


def test_answer_leads_with_the_asked_token_and_repeats_the_rest_in_order():
    mint = Mint("n")
    old, earlier, asked = mint.token(), mint.token(), mint.token()
    tail = f"之前说过{earlier}，现在问{asked}"
    text = plain.echo(f"system: {old}\nuser: {tail}", tail)
    assert find_tokens(text) == [asked, old, earlier]
    assert text == f"说到{asked}，我记着呢；还记得{old}、{earlier}。"


def test_answers_do_not_grow_with_what_earlier_answers_repeated():
    """回复进了聊天记录：其中应的那一枚再说一遍，从前复述的不再复述，否则一句比一句长。"""
    mint = Mint("n")
    first, second, asked = mint.token(), mint.token(), mint.token()
    before = f"user: {second}\nassistant: 说到{second}，我记着呢；还记得{first}。\nuser: {asked}"
    assert find_tokens(plain.echo(before, asked)) == [asked, second]


def test_answer_without_tokens_is_a_sentence_and_never_invents_one():
    text = plain.echo("user: 在吗", "在吗")
    assert text.endswith("。")
    assert find_tokens(text) == []


def test_vectors_are_deterministic_unit_and_closer_for_similar_text():
    base, near, far = (
        vector(text, 256) for text in ("周三下午开发布会", "发布会周三下午开", "猫粮吃完了")
    )
    assert base == vector("周三下午开发布会", 256)
    assert sum(value * value for value in base) == pytest.approx(1)
    assert dot(base, near) > dot(base, far) + 0.2


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_chat_prompt_keeps_parts_and_tool_calls():
    call = protocol.parse_chat(
        chat(
            {"role": "system", "content": "人设"},
            {"role": "user", "content": [{"type": "text", "text": "看"}, {"type": "image_url"}]},
            {"role": "assistant", "content": None, "tool_calls": [{"name": "查"}]},
            model="m",
            temperature=0.5,
            tools=[{"big": 1}],
        )
    )
    assert call.prompt.splitlines() == [
        "system: 人设",
        'user: 看{"type": "image_url"}',
        'assistant: [{"name": "查"}]',
    ]
    assert call.tail.startswith("看")
    assert call.params == {"temperature": 0.5}


@pytest.mark.parametrize("raw", [b"{", b"[]", b"{}", b'{"messages":["x"]}'])
def test_bad_chat_requests_are_refused(raw):
    with pytest.raises(ProtocolError):
        protocol.parse_chat(raw)


def test_records_are_bounded_by_count_and_by_characters():
    records = make_records(keep=2)
    for number in range(5):
        records.add(Call(prompt=f"p{number}"), path="/", key="")
    assert [record.seq for record in records.after(0)] == [4, 5]
    assert [record.seq for record in records.after(4)] == [5]
    assert (records.last, records.dropped) == (5, 3)
    small = make_records(keep_chars=10)
    for _ in range(3):
        small.add(Call(prompt="123456789"), path="/", key="")
    assert [record.seq for record in small.after(0)] == [3]


def test_records_never_hold_a_full_key():
    call = Call(prompt=f"user: 我的密钥是{KEY}", tail=f"我的密钥是{KEY}")
    row = make_records().add(call, path="/", key=KEY).row()
    assert KEY not in json.dumps(row)
    assert row["key_fp"] == fingerprint(KEY)
    assert len(row["key_fp"]) == 16


def test_newest_matching_rule_with_times_left_wins():
    records, rules = make_records(), Rulebook()
    record = records.add(Call(prompt="user: 发布会"), path="/v1/chat/completions", key=KEY)
    general = rules.add({"action": "say", "say": "通用"})
    once = rules.add({"action": "empty", "times": 1, "match": {"contains": "发布会"}})
    rules.add({"action": "empty", "match": {"key_fp": "别人"}})
    rules.add({"action": "empty", "match": {"path": "/embeddings"}})
    assert rules.pick(record) is once
    assert rules.pick(record) is general
    assert (once.hits, general.hits) == (1, 1)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], "对象"),
        ({}, "action"),
        ({"action": "explode"}, "explode"),
        ({"action": "say"}, "say"),
        ({"action": "delay", "seconds": True}, "seconds"),
        ({"action": "status", "status": 200}, "status"),
        ({"action": "empty", "times": 0}, "times"),
        ({"action": "empty", "match": {"tenant": "x"}}, "tenant"),
        ({"action": "empty", "surprise": 1}, "surprise"),
    ],
)
def test_bad_rules_are_refused_by_name(body, named):
    with pytest.raises(ProtocolError, match=named):
        Rulebook().add(body)
