"""编号：让几位用户、几个群、几家的消息编号恰好相同，或只差一处。

职责：定下编号。不做什么：不说话。
"""

from __future__ import annotations

from support.phrases import Difference, Ident
from support.play.cast import Cast

#: 两个仅有一处差别的编号。
_PAIRS = {
    Difference.CASE: ("Alice", "alice"),
    Difference.SPACE: ("bob7", "bob7 "),
    Difference.ZERO_WIDTH: ("amy9", "amy\u200b9"),
    Difference.FULL_WIDTH: ("user12", "user\uff11\uff12"),
    Difference.ACCENT: ("caf\u00e9", "cafe\u0301"),
    Difference.PREFIX: ("1234", "12345"),
    Difference.STEM: ("12345", "1234"),
    Difference.LONG_TAIL: ("x" * 300 + "1", "x" * 300 + "2"),
    Difference.WILDCARD: ("abc", "a_c"),
    Difference.LEADING_SPACE: ("bob7", " bob7"),
    Difference.WIDE_SPACE: ("bob7", "bob7\u3000"),
    Difference.COMPATIBLE: ("of\ufb01ce", "office"),
    Difference.LEADING_ZERO: ("7", "07"),
    Difference.DECIMAL: ("7", "7.0"),
    Difference.EXPONENT: ("1000", "1e3"),
    Difference.PERCENT: ("bob7", "%"),
    Difference.STAR: ("bob7", "*"),
    Difference.SCRIPT: ("读书会", "讀書會"),
}


class Idents:
    """一个场景里各人各群的编号。"""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def same_messages(self) -> None:
        """此后各家的消息编号都从 m-1 数起，互相重复。"""
        self._cast.same_message_ids = True

    def nearly_same(self, first: str, second: str, ident: Ident, difference: Difference) -> None:
        """让两位用户（或两个群）的编号只差一处。"""
        for name, value in zip((first, second), _PAIRS[difference], strict=True):
            self.set(ident, name, value)

    def set(self, ident: Ident, name: str, value: str) -> None:
        """指定一位用户或一个群的编号。"""
        table = self._cast.user_ids if ident is Ident.USER else self._cast.group_ids
        table[name] = value
