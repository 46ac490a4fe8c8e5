"""编号去掉看不见的字符。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较聊天编号前去掉了零宽字符。"""
    teach(server, "alike", lambda text: text.replace("\u200b", ""))
    rewrite(server.archive, "history", trace, ("chat_id = ?", "alike(chat_id) = alike(?)"))


MUTANT = Mutant(
    title="编号去掉看不见的字符",
    story="清洗用户输入的函数也用在编号上，零宽字符一去，两个人成了一个。",
    catalogue=("B-12",),
    properties=("P10",),
    killed_by=("IDENT-01", "IDENT-06"),
    apply=apply,
)
