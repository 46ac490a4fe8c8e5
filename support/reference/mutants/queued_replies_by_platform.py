"""留着的回复只按平台排队，谁先连上谁拿走。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """取留着的回复时漏了密钥一列。"""
    rewrite(server.outbox, "first", trace, ("key_id = ? AND", "(? IS NULL OR 1) AND"))


MUTANT = Mutant(
    title="留着的回复归整个平台",
    story="替断线的人留的回复只按平台存放，趁机连上来的别家先把它取走了。",
    properties=("P5", "P11", "P13"),
    killed_by=("AWAY-02",),
    apply=apply,
)
