"""找密钥不分大小写。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """密钥一列用了不分大小写的比较。"""
    rewrite(server.access, "find", trace, ("k.api_key = ?", "k.api_key = ? COLLATE NOCASE"))


MUTANT = Mutant(
    title="密钥不分大小写",
    story="数据库缺省不分大小写，大小写颠倒的密钥也放行，猜中它容易得多。",
    catalogue=("B-10",),
    properties=("P7", "P10"),
    killed_by=("BADGE-01",),
    apply=apply,
)
