"""正常停下时清掉会话。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """正常停下时删了全部聊天记录。"""

    async def wrong(right: Callable[[], Awaitable[None]]) -> None:
        server.store.run("DELETE FROM turns")
        await right()

    replace(server, "stop", wrong, trace)


MUTANT = Mutant(
    title="正常停下时清掉会话",
    story="停服务时“清理会话”，把聊天记录也一并清了。",
    catalogue=("F-11",),
    properties=("P11",),
    killed_by=("HIST-10",),
    apply=apply,
)
