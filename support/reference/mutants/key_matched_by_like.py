"""找密钥用了模糊匹配。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """查密钥写成 LIKE，百分号成了通配符。"""
    rewrite(server.access, "find", trace, ("k.api_key = ?", "k.api_key LIKE ?"))


MUTANT = Mutant(
    title="密钥里的百分号成了通配符",
    story="找密钥用的是模糊匹配，末位换成百分号的也算对。",
    catalogue=("B-08",),
    properties=("P7", "P10"),
    killed_by=("BADGE-01",),
    apply=apply,
)
