"""私聊靠编号后缀区分。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """私聊与群聊放在一起，私聊只在编号后面加个记号。"""
    mark = "CASE {} WHEN 'private' THEN {} || '_private' ELSE {} END"
    same = f"{mark.format('kind', 'chat_id', 'chat_id')} = {mark.format('?', '?5', '?5')}"
    rewrite(server.archive, "history", trace, ("kind = ? AND chat_id = ?", same))


MUTANT = Mutant(
    title="私聊靠编号后缀区分",
    story="私聊的键是用户编号加“_private”，群号写成那样就读到他的私聊。",
    catalogue=("B-04",),
    properties=("P10", "P3"),
    killed_by=("JOIN-02",),
    apply=apply,
)
