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

PREFIX = "zx"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # 32 个，去掉易混的 i l o u
_BODY, _CHECK = 10, 2
_TOKEN = re.compile(f"(?=({PREFIX}[{_ALPHABET}]{{{_BODY + _CHECK}}}))")
# 空白与一切看不见的字符：分词、排版、复制都可能把它们塞进口令中间。
_GLUE = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)


def _digits(seed: str, count: int) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big")
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(count))


@functools.lru_cache(maxsize=4096)  # 同一枚口令在提示词里一再出现
def _is_token(candidate: str) -> bool:
    return candidate[-_CHECK:] == _digits(candidate[:-_CHECK], _CHECK)


class Mint:
    """造币厂：一次运行（一个进程）一个，`nonce` 必须在所有进程间互不相同。"""

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce
        self._count = itertools.count()

    def token(self) -> str:
        """铸一枚从未用过的口令。"""
        body = PREFIX + _digits(f"{self._nonce}/{next(self._count)}", _BODY)
        return body + _digits(body, _CHECK)


def find_tokens(text: str) -> list[str]:
    """按出现次序找出文本里的全部口令（去重）。

    先尽量还原：全角、大小写、零宽字符、被空白或换行拆开的都算。
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    squeezed = _GLUE.sub("", text.casefold())
    found = (match.group(1) for match in _TOKEN.finditer(squeezed))
    return list(dict.fromkeys(token for token in found if _is_token(token)))
