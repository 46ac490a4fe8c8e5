"""同名的智能体被新的顶掉。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace, rewrite
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """写成“没有就加、有就换”，同名的旧智能体连同它的一切被换掉。"""
    changes = ("INSERT INTO agents", "INSERT OR REPLACE INTO agents")
    rewrite(server.directory, "_insert", trace, changes)


MUTANT = Mutant(
    title="重名的把旧的顶掉",
    story="创建写成了有就替换，手滑添一个重名的，旧智能体和它的密钥、历史都没了。",
    catalogue=("B-19",),
    properties=("P8",),
    killed_by=("MANAGE-01",),
    apply=apply,
)
