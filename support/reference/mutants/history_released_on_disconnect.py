"""断线就丢了历史。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """连接断开时删了这把密钥的聊天记录。"""

    def wrong(right: Callable[[Connection], None], connection: Connection) -> None:
        server.store.run("DELETE FROM turns WHERE key_id = ?", connection.identity.key_id)
        right(connection)

    replace(server.connections, "remove", wrong, trace)


MUTANT = Mutant(
    title="断线就丢了历史",
    story="历史挂在连接对象上，连接一断就释放，重新连上的人得从头说起。",
    catalogue=("F-11",),
    properties=("P1", "P11"),
    killed_by=("HIST-08", "BACK-03"),
    apply=apply,
)
