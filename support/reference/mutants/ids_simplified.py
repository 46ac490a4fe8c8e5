"""编号统一成简体。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer

simplified = str.maketrans("讀書會", "读书会")


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较聊天编号前繁体换成了简体。"""
    teach(server, "alike", lambda text: text.translate(simplified))
    rewrite(server.archive, "history", trace, ("chat_id = ?", "alike(chat_id) = alike(?)"))


MUTANT = Mutant(
    title="编号统一成简体",
    story="给编号做了繁简归一，读书会与讀書會读到同一份历史。",
    catalogue=("B-11",),
    properties=("P10",),
    killed_by=("IDENT-04", "IDENT-06"),
    apply=apply,
)
