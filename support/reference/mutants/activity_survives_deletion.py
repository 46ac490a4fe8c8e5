"""注销智能体时漏了活跃状态。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.directory import Record
from support.reference.limits import MINUTE
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """活跃状态缓存在内存里，注销智能体时没有清。"""
    cached: dict[str, Record] = {}

    def touch(right: Callable[..., Any], tenant_id: str, agent_id: str, ttl: int) -> Record:
        entry: Record = right(tenant_id, agent_id, ttl)
        if ttl > MINUTE:
            cached[agent_id] = entry
        return entry

    def current(right: Callable[..., Any], tenant_id: str | None) -> list[Record]:
        listed: list[Record] = right(tenant_id)
        gone = [
            entry
            for agent_id, entry in cached.items()
            if entry["tenant_id"] == tenant_id and server.directory.agent(agent_id) is None
        ]
        if gone:
            trace.hit()
        return listed + gone

    replace(server.activity, "touch", touch, QUIET)
    replace(server.activity, "current", current, QUIET)


MUTANT = Mutant(
    title="注销的智能体还列为活跃",
    story="活跃状态另存一份，注销智能体时没有清，监控里它还在线。",
    catalogue=("F-01",),
    properties=("P8", "P9"),
    killed_by=("ACCOUNT-01",),
    apply=apply,
)
