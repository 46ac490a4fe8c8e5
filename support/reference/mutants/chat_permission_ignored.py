"""说话不看权限。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.access import CHAT
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """权限只在管理面查，说话的地方谁都行。"""

    def permits(right: Callable[..., Any], permissions: list[Any], wanted: str) -> bool:
        if right(permissions, wanted):
            return True
        if wanted == CHAT:
            trace.hit()
        return wanted == CHAT

    replace(server.access, "permits", permits, QUIET)


MUTANT = Mutant(
    title="没有聊天权限也能聊天",
    story="权限查询说没有，消息面却从不问，只给了管理权限的密钥也能说话。",
    catalogue=("E-14",),
    properties=("P7",),
    killed_by=("BADGE-04", "BADGE-03"),
    apply=apply,
)
