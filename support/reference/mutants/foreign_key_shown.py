"""按编号查看密钥时不看归属。"""

from __future__ import annotations

from support.reference.control_keys import KeysApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """凭编号取密钥，没有核对它是不是来人那家的。"""
    unscoped(KeysApi, "show", trace)


MUTANT = Mutant(
    title="别家的密钥看得见",
    story="接口只凭编号取密钥，别家的管理员看得见密钥的名字、权限与用量。",
    catalogue=("E-02",),
    properties=("P8",),
    killed_by=("ADMIN-01",),
    apply=apply,
)
