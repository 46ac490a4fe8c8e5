"""答到一半密钥没了，答完照送。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


class _Remembering:
    """问过一次就记住：此后密钥怎样都按那时的算。"""

    def __init__(self, access: Any, trace: Trace) -> None:
        self._access, self._trace = access, trace
        self._known: dict[str, Any] = {}

    def still(self, key_id: str) -> Any:
        now = self._access.still(key_id)
        if now is not None:
            self._known[key_id] = now
        elif key_id in self._known:
            self._trace.hit()
        return now or self._known.get(key_id)


def apply(server: ReferenceServer, trace: Trace) -> None:
    """作答与送信都用开口时认下的身份，连着的连接也不重新审视。"""
    remembering: Any = _Remembering(server.access, trace)
    server.bot._access = server.courier._access = remembering
    replace(server.connections, "recheck", lambda right, tenant_id: None, QUIET)


MUTANT = Mutant(
    title="答到一半密钥没了还照送",
    story="身份只在收话时查，大模型答完的时候密钥已经禁用，回复照样送了出去。",
    catalogue=("A-05", "C-12"),
    properties=("P5", "P7"),
    killed_by=("KEY-05",),
    apply=apply,
)
