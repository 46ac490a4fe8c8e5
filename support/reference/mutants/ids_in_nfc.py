"""编号做了 NFC 规范化。"""

from __future__ import annotations

import unicodedata

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """比较聊天编号前规范成 NFC。"""
    teach(server, "alike", lambda text: unicodedata.normalize("NFC", text))
    rewrite(server.archive, "history", trace, ("chat_id = ?", "alike(chat_id) = alike(?)"))


MUTANT = Mutant(
    title="编号做了 NFC 规范化",
    story="把编号规范成 NFC 再比，分开写的与合起来写的 é 成了一个人。",
    catalogue=("B-11",),
    properties=("P10",),
    killed_by=("IDENT-01", "IDENT-06"),
    apply=apply,
)
