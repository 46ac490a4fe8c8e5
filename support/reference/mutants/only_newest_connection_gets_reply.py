"""一把密钥只有最新的一条连接收得到回复。"""

from __future__ import annotations

from typing import Any

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """每把密钥只登记一条连接，后连上的盖掉先连上的。"""

    def targets(right: Any, to: Any) -> list[Connection]:
        own: list[Connection] = right(to)
        if len(own) > 1:
            trace.hit()
        return own[-1:]

    replace(server.connections, "targets", targets, Trace(None))


MUTANT = Mutant(
    title="只有最新的设备收得到",
    story="每把密钥只留最后一条连接：手机一连上，平板就再也收不到回复。",
    properties=("P5",),
    killed_by=("ROUTE-03",),
    apply=apply,
)
