"""问大模型不限时。"""

from __future__ import annotations

import aiohttp

from support.reference.mutation import Mutant, Trace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """请求没有写限时，一直等到对方开口。"""
    trace.hit()
    server.provider._timeout = aiohttp.ClientTimeout(total=None)


MUTANT = Mutant(
    title="问大模型不限时",
    story="忘了给请求限时：大模型不吭声，用户就一直等不到一句话。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("FALL-02",),
    apply=apply,
)
