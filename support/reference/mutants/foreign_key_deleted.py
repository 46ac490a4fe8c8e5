"""删除密钥时不看归属。"""

from __future__ import annotations

from support.reference.control_keys import KeysApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只核对了来人有管理权限，没有核对这把密钥是谁的。"""
    unscoped(KeysApi, "remove", trace)


MUTANT = Mutant(
    title="别家的密钥删得掉",
    story="删除只查来人有没有权限，不查那把密钥归谁。",
    catalogue=("E-04",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
