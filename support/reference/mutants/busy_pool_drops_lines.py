"""忙不过来时，新来的话直接丢掉。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer

#: 队里至多排几个聊天。
_ROOM = 8


def apply(server: ReferenceServer, trace: Trace) -> None:
    """有界的队列满了，放不进去也不说一声。"""

    def submit(right: Any, chat: Any, number: int) -> None:
        tenant = server.scheduler._tenants.get(chat.tenant_id)
        if tenant is not None and len(tenant.waiting) >= _ROOM and chat not in tenant.waiting:
            trace.hit()
            return
        right(chat, number)

    replace(server.scheduler, "submit", submit, Trace(None))


MUTANT = Mutant(
    title="队满就丢话",
    story="队列有界，满了就悄悄丢：十几位用户同时问，后来的几位永远等不到回复。",
    catalogue=("G-14",),
    properties=("P12", "P13"),
    killed_by=("CONC-05",),
    apply=apply,
)
