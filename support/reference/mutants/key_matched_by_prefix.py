"""找密钥只比开头。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查密钥写成“以它开头”，少抄几位也算对。"""
    rewrite(server.access, "find", trace, ("k.api_key = ?", "instr(k.api_key, ?) = 1"))


MUTANT = Mutant(
    title="密钥少抄一位也放行",
    story="找密钥用的是前缀匹配，只有半截的密钥也进得了门。",
    catalogue=("B-08",),
    properties=("P7", "P10"),
    killed_by=("BADGE-01",),
    apply=apply,
)
