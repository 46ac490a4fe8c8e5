"""口令（canary）：跟着每句话走的唯一记号，凭它判断谁的话到了谁那里。

形状：``zx`` + 10 位正文 + 2 位校验，全是小写字母与数字，因此分词、转义、截断到词都不会拆散它；
正文出自本次运行的随机数，同一个 seed 重放时用词相同而口令不同，不会与服务里旧的残留相撞。
只依赖标准库；裁判与观察站都用它，参考服务不许用。
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Sequence

PREFIX = "zx"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # 32 个，去掉易混的 i l o u
_BODY, _CHECK = 10, 2
#: 本套字母表 → Python 的三十二进制。
_TO_INT = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_SHAPE = f"{PREFIX}[{_ALPHABET}]{{{_BODY + _CHECK}}}"
#: 叠着的也一一找出来。
_TOKEN = re.compile(f"(?=({_SHAPE}))")
_RAW = re.compile(_TOKEN.pattern.encode())
#: 只找不叠着的，快八倍。
_PLAIN = re.compile(_SHAPE)
#: 一枚口令几个字。
SIZE = len(PREFIX) + _BODY + _CHECK
# 空白与一切看不见的字符：分词、排版、复制都可能把它们塞进口令中间。
_GLUE = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)

#: 还原（NFKC、小写）之后含有 z 的非 ASCII 字，宁多勿少；测试拿这一版 Python 的字库核对。
_LIKE_Z = re.compile(
    "[\u01f1-\u01f3\u1dbb\u2124\u2128\u24b5\u24cf\u24e9\u3390-\u3394\uff3a\uff5a"
    "\U0001ccd6-\U0001ccf9\U0001d400-\U0001d7ff\U0001f110-\U0001f149]"
)


def _digits(seed: str, count: int) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big")
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(count))


@functools.lru_cache(maxsize=4096)  # 同一枚口令在提示词里一再出现
def is_token(candidate: str) -> bool:
    """形状对的一串是不是真口令：末两位对得上。"""
    return candidate[-_CHECK:] == _digits(candidate[:-_CHECK], _CHECK)


#: 十位二进制 → 两个字：高位在前是正文的写法，低位在前是校验的写法。
_PAIRS = [_ALPHABET[number >> 5] + _ALPHABET[number & 31] for number in range(1 << 10)]
_CHECKS = [pair[::-1] for pair in _PAIRS]


class Mint:
    """造币厂：一次运行（一个进程）一个，`nonce` 必须在所有进程间互不相同。"""

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce
        self._count = itertools.count()

    def token(self) -> str:
        """铸一枚从未用过的口令。"""
        body = PREFIX + _digits(f"{self._nonce}/{next(self._count)}", _BODY)
        return body + _digits(body, _CHECK)


class Numbering:
    """压测的口令：正文里编着第几家、第几句，认主人不必查表，句数再多内存也不长。

    正文前两位是本次运行的随机数 `nonce`（0 到 1023），再两位是第几家，余下六位是第几句。
    """

    MOST_TENANTS, MOST_LINES = 1 << 10, 1 << 30

    def __init__(self, nonce: int) -> None:
        self._nonce = nonce % (1 << 10)
        self._heads: dict[int, str] = {}

    def prefix(self, tenant: int) -> str:
        """第 `tenant` 家的口令共同的开头。"""
        return PREFIX + _spell((self._nonce << 10) | tenant, 4)

    def token(self, tenant: int, line: int) -> str:
        """第 `tenant` 家的第 `line` 句。"""
        head = self._heads.get(tenant) or self._heads.setdefault(tenant, self.prefix(tenant))
        body = head + _PAIRS[line >> 20 & 1023] + _PAIRS[line >> 10 & 1023] + _PAIRS[line & 1023]
        # 与 _digits(body, 2) 同，只取用得着的那两个字节：每句话都要铸一枚。
        digest = hashlib.sha256(body.encode()).digest()
        return body + _CHECKS[(digest[14] << 8 | digest[15]) & 1023]

    @staticmethod
    def line(token: str) -> int:
        """这枚口令是第几句。"""
        return int(token[-_CHECK - 6 : -_CHECK].translate(_TO_INT), 32)


def _spell(number: int, count: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * count - 5, -1, -5))


def find_raw(frame: bytes) -> list[str]:
    """整帧字节里的全部口令（去重）：只认不拆不转义的写法，快；变了样的由 find_tokens 认。"""
    found = (match.group(1).decode() for match in _RAW.finditer(frame))
    return list(dict.fromkeys(token for token in found if is_token(token)))


def find_tokens(text: str) -> list[str]:
    """按出现次序找出文本里的全部口令（去重）。

    先尽量还原：全角、大小写、零宽字符、被空白或换行拆开的都算。
    """
    plain = list(dict.fromkeys(_PLAIN.findall(text)))
    if not _may_hide(text, plain):
        return [token for token in plain if is_token(token)]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    squeezed = _GLUE.sub("", text.casefold())
    found = (match.group(1) for match in _TOKEN.finditer(squeezed))
    return list(dict.fromkeys(token for token in found if is_token(token)))


def _may_hide(text: str, plain: Sequence[str]) -> bool:
    """除了照原样写着的 `plain`，还有没有别的口令藏在 `text` 里。

    口令总以 z 开头，还原之后成了 z 的字就那么几十个：都数在 `plain` 里了，就不必还原；
    压测里绝大多数回复到这里为止，省下九成。
    """
    if any(PREFIX in token[1:] or token[-1] == PREFIX[0] for token in plain):
        return True  # 两枚叠着，或末一个字又起一枚
    rest = _PLAIN.sub("", text) if plain else text
    if "z" in rest or "Z" in rest:
        return True
    return not rest.isascii() and _LIKE_Z.search(rest) is not None
