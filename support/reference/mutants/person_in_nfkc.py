"""人物编号做了 NFKC 规范化。"""

from __future__ import annotations

import unicodedata

from support.reference.mutation import Mutant, Trace, rewrite, teach
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起一个人时用户编号先规范成 NFKC。"""
    teach(server, "alike", lambda text: unicodedata.normalize("NFKC", text))
    rewrite(server.people, "_facts", trace, ("user_id = ?", "alike(user_id) = alike(?)"))


MUTANT = Mutant(
    title="人物编号做了 NFKC 规范化",
    story="人物编号由规范化后的用户编号算出，全角与半角的两个人共用资料。",
    catalogue=("B-11",),
    properties=("P10",),
    killed_by=("WHO-10",),
    apply=apply,
)
