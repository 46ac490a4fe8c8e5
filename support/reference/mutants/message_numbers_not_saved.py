"""消息编号没有存盘。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, loaded
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """启动时读回来的话都没有消息编号。"""
    if loaded(server):
        trace.hit()
        server.store.run("UPDATE turns SET message_id = '', reply_id = NULL")


MUTANT = Mutant(
    title="消息编号没有存盘",
    story="消息编号的索引只在内存里，重启之后自己的原话也引不到。",
    catalogue=("F-11",),
    properties=("P11",),
    killed_by=("QUOTE-03",),
    apply=apply,
)
