"""修改密钥时不看归属。"""

from __future__ import annotations

from support.reference.control_keys import KeysApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """凭编号改密钥，没有核对它是不是来人那家的。"""
    unscoped(KeysApi, "change", trace)


MUTANT = Mutant(
    title="别家的密钥改得动",
    story="修改只凭编号，别家的管理员能给它改权限、改期限。",
    catalogue=("E-03",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
