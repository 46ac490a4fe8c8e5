"""发密钥时信正文里的租户。"""

from __future__ import annotations

from support.reference.control_keys import KeysApi
from support.reference.mutation import Mutant, Trace, unscoped
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """只核对租户与智能体对得上，没有核对来人管不管得着。"""
    unscoped(KeysApi, "create", trace)


MUTANT = Mutant(
    title="往别家名下发得了密钥",
    story="一家的管理员给别家的智能体发一把自己拿着的密钥，就能以它的身份说话。",
    catalogue=("E-08",),
    properties=("P8",),
    killed_by=("TOUCH-01",),
    apply=apply,
)
