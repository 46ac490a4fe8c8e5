"""只在连接时验一次密钥。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.access import Identity
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """进门时验过的身份一直用到断线；中途停用、到期、停租户都不再看。"""
    admitted: dict[str, Identity] = {}

    def identify(right: Callable[..., Any], api_key: str) -> Any:
        identity = right(api_key)
        if identity is not None:
            admitted[identity.key_id] = identity
        return identity

    def still(right: Callable[..., Any], key_id: str) -> Any:
        identity = right(key_id)
        if identity is not None or server.directory.key(key_id) is None:
            return identity
        trace.hit()
        return admitted.get(key_id)

    replace(server.access, "identify", identify, QUIET)
    replace(server.access, "still", still, QUIET)


MUTANT = Mutant(
    title="连着的不受停用影响",
    story="只在连接建立时验密钥，停用、到期、停租户之后，已经连着的照样说下去。",
    catalogue=("A-05",),
    properties=("P7",),
    killed_by=("KEY-02", "BADGE-03"),
    apply=apply,
)
