"""断线就忘了这个人。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.connections import Connection
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """连接断开时删了这个租户的人物资料。"""

    def wrong(right: Callable[[Connection], None], connection: Connection) -> None:
        mine = connection.identity.tenant_id
        server.store.run("DELETE FROM person_facts WHERE tenant_id = ?", mine)
        right(connection)

    replace(server.connections, "remove", wrong, trace)


MUTANT = Mutant(
    title="断线就忘了这个人",
    story="资料挂在连接对象上，连接一断就释放，重新连上的人得再介绍一遍。",
    catalogue=("F-11",),
    properties=("P1", "P11"),
    killed_by=("WHO-08",),
    apply=apply,
)
