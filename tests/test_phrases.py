"""句法：每种说法认得出，参数绝不跨过引号，长的说法不会被短的截断。"""

import re
from enum import Enum

import pytest
from behave.matchers import ParseMatcher, register_type

from support import phrases
from support.phrases import TYPES, Change, Credential, KeyRef, Recall, Speaker

register_type(**TYPES)

ENUMS = {
    name: kind
    for name, kind in vars(phrases).items()
    if name in TYPES and isinstance(kind, type) and issubclass(kind, Enum)
}


def match(pattern, text):
    """像 behave 那样拿一个句式去认一句话；认不出是 None。"""
    found = ParseMatcher(lambda: None, pattern).match(text)
    return None if found is None else {one.name: one.value for one in found.arguments}


def parsed(kind, text):
    found = match(f"{{x:{kind}}}", text)
    assert found is not None, f"{kind} 不认识：{text}"
    return found["x"]


EXAMPLES = {
    "Text": [
        ("“周三下午”", "周三下午"),
        ("“老片《城南旧事》，第1句：x=2”", "老片《城南旧事》，第1句：x=2"),
    ],
    "Number": [("0", 0), ("12", 12)],
    "Names": [
        ("“甲”", ("甲",)),
        ("“甲”和“乙”", ("甲", "乙")),
        ("“甲”、“乙”和“丙”", ("甲", "乙", "丙")),
        ("“和”、“的”和“在群”", ("和", "的", "在群")),
    ],
    "Speaker": [
        ("“科技公司”的“小王”", Speaker("科技公司", "小王")),
        ("“美的”的“小王”", Speaker("美的", "小王")),
        ("“甲”的“小王”在群“架构群”里", Speaker("甲", "小王", group="架构群")),
        ("“甲”的“小王”在“QQ”上", Speaker("甲", "小王", platform="QQ")),
        ("“甲”的“小王”对“售后助手”", Speaker("甲", "小王", agent="售后助手")),
        ("“甲”的“小王”拿“备用密钥”", Speaker("甲", "小王", key="备用密钥")),
        ("“甲”的“小王”用“平板”", Speaker("甲", "小王", device="平板")),
        ("“甲”的“对小王在群”", Speaker("甲", "对小王在群")),
        (
            "“甲”的“小王”对“助手”在“微信”上在群“里上”里",
            Speaker("甲", "小王", group="里上", platform="微信", agent="助手"),
        ),
    ],
    "Speakers": [
        ("“甲”的“小王”", (Speaker("甲", "小王"),)),
        ("“甲”和“乙”的“小王”都", (Speaker("甲", "小王"), Speaker("乙", "小王"))),
        (
            "“甲”、“乙”和“丙”的“小王”在“QQ”上在群“读书会”里都",
            tuple(Speaker(tenant, "小王", "读书会", "QQ") for tenant in "甲乙丙"),
        ),
    ],
    "Key": [(f"“甲”的{one.value}", KeyRef("甲", one)) for one in Credential],
    **{name: [(one.value, one) for one in kind] for name, kind in ENUMS.items()},
}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_reads_its_examples(kind):
    assert EXAMPLES[kind]
    for text, value in EXAMPLES[kind]:
        assert parsed(kind, text) == value, text


@pytest.mark.parametrize("kind", TYPES)
def test_no_parameter_crosses_a_quote(kind):
    for text, value in EXAMPLES[kind]:
        pattern = f"{{first:{kind}}}收到{{words:Text}}"
        assert match(pattern, f"{text}收到“再见”") == {"first": value, "words": "再见"}
        assert match(pattern, f"{text}替“小李”收到“再见”") is None
        assert match(pattern, f"{text}收到“好”“再见”") is None


@pytest.mark.parametrize(
    "text", ["“”", "“甲", "甲”", "甲", "“甲”、", "“甲”“乙”", '"甲"', "“甲“乙””"]
)
def test_what_is_not_one_quotation_is_not_a_text(text):
    assert match("{x:Text}", text) is None
    assert match("{x:Names}", text) is None


@pytest.mark.parametrize("name", ENUMS)
def test_longer_words_come_first(name):
    for one in ENUMS[name]:
        assert re.match(TYPES[name].pattern, one.value).group() == one.value


@pytest.mark.parametrize("kind", ["Speaker", "Speakers"])
def test_a_quotation_belongs_to_the_line_and_not_to_the_speaker(kind):
    for device in ("", "平板"):
        using = f"用“{device}”" if device else ""
        plain = parsed(kind, f"“甲”的“小王”{using}")
        quoting = parsed(kind, f"“甲”的“小王”{using}引用“上线暗号”")
        assert quoting == plain
        one = quoting[0] if kind == "Speakers" else quoting
        assert (one.quote, one.device) == ("上线暗号", device)


def test_close_words_are_told_apart():
    assert parsed("Key", "“甲”的已禁用的密钥").credential is Credential.DISABLED
    assert parsed("Key", "“甲”的密钥").credential is Credential.OWN
    sentence = "{tenant:Text}的{change:Change}"
    deleted, reopened = Change.TENANT_DELETED, Change.TENANT_REOPENED
    for change in (deleted, reopened):
        assert match(sentence, f"“甲”的{change.value}") == {"tenant": "甲", "change": change}
    sentence = "{tenant:Text}的麦麦{recall:Recall}{words:Text}"
    for recall in Recall:
        found = match(sentence, f"“甲”的麦麦{recall.value}“不记得了”")
        assert found == {"tenant": "甲", "recall": recall, "words": "不记得了"}


@pytest.mark.parametrize("kind", ENUMS)
@pytest.mark.parametrize("text", ["大概", "", "“密钥”"])
def test_unknown_words_are_not_guessed(kind, text):
    assert match(f"有{{x:{kind}}}", f"有{text}") is None
