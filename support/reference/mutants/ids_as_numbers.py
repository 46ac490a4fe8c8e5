"""像数字的编号当数字比。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer


def number(text: str) -> str:
    """像数字就换成数字的写法。"""
    try:
        return str(float(text))
    except ValueError:
        return text


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较聊天编号时，像数字的都当数字。"""
    teach(server, "alike", number)
    rewrite(server.archive, "history", trace, ("chat_id = ?", "alike(chat_id) = alike(?)"))


MUTANT = Mutant(
    title="像数字的编号当数字比",
    story="编号存进数值列，7、07 与 7.0 是同一个数，就成了同一个人。",
    properties=("P10",),
    killed_by=("IDENT-04", "IDENT-06"),
    apply=apply,
)
