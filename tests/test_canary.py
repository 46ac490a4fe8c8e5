"""口令：不重、抄错认得出、混在什么里都找得到。"""

import json
import random
import re
import unicodedata

import pytest

from support import canary
from support.canary import Mint, find_tokens

MINT = Mint("测试")
ONE, TWO = MINT.token(), MINT.token()
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
GLUE = " \t\n\u3000\u00a0\u00ad\u200b\u200c\u200d\u200e\u2060\ufeff"


def full_width(text):
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def split(text, glue):
    return f"{text[:1]}{glue}{text[1:7]}{glue}{glue}{text[7:]}"


def test_200k_tokens_of_two_processes_never_collide():
    mints = Mint("甲"), Mint("乙")
    tokens = {mint.token() for mint in mints for _ in range(100_000)}
    assert len(tokens) == 200_000


def test_the_same_nonce_replays_the_same_tokens():
    again = Mint("测试")
    assert [again.token(), again.token()] == [ONE, TWO]


def test_a_token_is_one_plain_word():
    assert re.fullmatch(rf"zx[{LETTERS}]{{12}}", ONE)


def test_checksum_rejects_typos():
    mint = Mint("抄写")
    tokens = [mint.token() for _ in range(20)]
    typos = [
        token[:place] + letter + token[place + 1 :]
        for token in tokens
        for place in range(2, len(token))
        for letter in LETTERS
        if letter != token[place]
    ]
    assert sum(bool(find_tokens(typo)) for typo in typos) < len(typos) * 0.005
    swapped = ONE[:5] + ONE[6] + ONE[5] + ONE[7:]
    assert swapped != ONE
    assert find_tokens(f"{swapped} {ONE[:-1]}，") == []


@pytest.mark.parametrize(
    "text",
    [
        f"发布会在周三（{ONE}）",
        f"前{ONE}后",
        f"zx{ONE}zx",
        f"abc{ONE}def123",
        f"https://例.com/?q={ONE}&x=1",
        json.dumps({"深": [{"层": f"{ONE}\n"}]}),
        ONE.upper(),
        full_width(ONE),
        full_width(ONE.upper()),
        "".join(chr(0x1D5BA + ord(c) - 97) if c.isalpha() else c for c in ONE),
        *(split(ONE, glue) for glue in GLUE),
        split(full_width(ONE.upper()), "\u200b\n"),
    ],
)
def test_found_in_any_surroundings(text):
    assert find_tokens(text) == [ONE]


def test_several_in_order_of_appearance_and_once_each():
    assert find_tokens(f"{TWO}，{ONE}，又是{TWO}") == [TWO, ONE]
    assert find_tokens(TWO + ONE) == [TWO, ONE]


@pytest.mark.parametrize("text", ["", "周三下午", "zx" * 40, "zx0000000000", split(ONE, "，")])
def test_nothing_found_where_there_is_none(text):
    assert find_tokens(text) == []


def test_every_letter_that_may_turn_into_z_is_known():
    """还原之后成了 z 的字：照这一版 Python 的字库，一个也不能少，少了那一枚就看不见。"""
    alike = [
        chr(point)
        for point in range(128, 0x110000)
        if "z" in unicodedata.normalize("NFKC", chr(point)).casefold()
    ]
    assert len(alike) > 40
    assert [letter for letter in alike if not canary._LIKE_Z.search(letter)] == []


def test_skipping_the_restoration_never_changes_what_is_found(monkeypatch):
    """省事的路与老实的路，找到的一枚不差：各种混法、叠法、拆法随机拼。"""
    rng = random.Random(7)
    pieces = [
        ONE, TWO, ONE.upper(), full_width(TWO), split(ONE, "\u200b"), "z", "x", "Z", "ｚ", "zx",
        "ǳ", "周三，下午", " ", "\n", "\u200b", "abc", ONE[:7], ONE[7:], ONE[-1],
        "zx0123456789ab", "！",
    ]  # fmt: skip
    texts = ["".join(rng.choices(pieces, k=rng.randrange(1, 7))) for _ in range(20_000)]
    quick = [find_tokens(text) for text in texts]
    assert sum(not canary._may_hide(text, []) for text in texts) > 300
    monkeypatch.setattr(canary, "_may_hide", lambda text, plain: True)
    assert quick == [find_tokens(text) for text in texts]
