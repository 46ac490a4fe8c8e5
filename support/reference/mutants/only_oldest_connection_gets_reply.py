"""一把密钥只有最早的一条连接收得到回复。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """一把密钥已有连接在册，再来的就不登记了。"""

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        if len(own) > 1:
            trace.hit()
        return own[:1]

    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="只有最早的设备收得到",
    story="已有连接就不再登记新的：先连着平板，后连上的手机自己问的话自己收不到回复。",
    properties=("P5",),
    killed_by=("ROUTE-03",),
    apply=apply,
)
