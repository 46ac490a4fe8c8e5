"""插件设置只在内存里。"""

from __future__ import annotations

from support.reference.mutation import Mutant, Trace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """插件设置没有落盘，重启之后一项也没有。"""
    lost = server.store.run("DELETE FROM plugin_settings")
    if lost.rowcount:
        trace.hit()


MUTANT = Mutant(
    title="重启丢了插件设置",
    story="插件设置放在进程的字典里，没有落盘，服务一重启各家的设置都没了。",
    catalogue=("D-15", "F-11"),
    properties=("P8", "P11"),
    killed_by=("ACCOUNT-05",),
    apply=apply,
)
