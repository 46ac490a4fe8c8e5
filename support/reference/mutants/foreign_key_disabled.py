"""停用密钥时不看归属。"""

from __future__ import annotations

from support.reference.control_keys import KeysApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """停用是后来添的动作，没有照抄归属的核对。"""
    unscoped(KeysApi, "disable", trace)


MUTANT = Mutant(
    title="别家的密钥停得掉",
    story="停用接口只凭编号，一家的管理员能让别家的麦麦全部失声。",
    catalogue=("E-04",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
