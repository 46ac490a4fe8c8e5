"""重连的人接上最近断开的会话。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.access import Identity
from support.reference.archive import Chat
from support.reference.connections import Connection
from support.reference.frames import Said
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """重新连上的密钥用了同一平台最近断开的那条连接的租户与智能体。"""
    known: set[str] = set()
    closed: dict[str, Identity] = {}
    resumed: dict[str, Identity] = {}

    def add(right: Callable[[Connection], None], connection: Connection) -> None:
        mine, last = connection.identity, closed.get(connection.platform)
        if mine.key_id in known and last is not None:
            resumed[mine.key_id] = last
        known.add(mine.key_id)
        right(connection)

    def remove(right: Callable[[Connection], None], connection: Connection) -> None:
        closed[connection.platform] = connection.identity
        right(connection)

    def chat_of(right: Callable[..., Chat], identity: Identity, platform: str, said: Said) -> Chat:
        session = resumed.get(identity.key_id)
        if session is not None:
            trace.hit()
        return right(session or identity, platform, said)

    replace(server.connections, "add", add, Trace(None))
    replace(server.connections, "remove", remove, Trace(None))
    replace(server.archive, "chat_of", chat_of, Trace(None))


MUTANT = Mutant(
    title="重连的人接上最近断开的会话",
    story="断线重连按平台找回会话，找到的是最近断开的那条连接，于是进了别家。",
    catalogue=("F-12",),
    properties=("P1", "P11"),
    killed_by=("HIST-08", "BACK-01", "BACK-02", "BACK-03", "WHO-08", "PIC-06", "SET-07"),
    apply=apply,
)
