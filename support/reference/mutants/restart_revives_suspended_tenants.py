"""启动时把租户都置为启用。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """启动时的修复脚本把全部租户的状态改回启用。"""
    revived = server.store.run("UPDATE tenants SET status = 'active' WHERE status <> 'active'")
    if revived.rowcount:
        trace.hit()


MUTANT = Mutant(
    title="重启救活停用的租户",
    story="启动脚本把状态重置成缺省值，停用的租户在一次重启之后又能说话了。",
    catalogue=("F-10",),
    properties=("P7", "P11"),
    killed_by=("LIFE-04",),
    apply=apply,
)
