"""信封编号不分平台。"""

from __future__ import annotations

from support.reference.mutation import ANYONE, Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """认重发时漏了平台一列。"""
    rewrite(server.archive, "is_duplicate", trace, ("platform = ?", ANYONE))


MUTANT = Mutant(
    title="去重不分平台",
    story="同一把密钥在QQ上用过的编号，到了微信上被当成重发，那句话没人答。",
    catalogue=("G-09", "B-03"),
    properties=("P4", "P10", "P13"),
    killed_by=("RETRY-04", "MSGID-01"),
    apply=apply,
)
