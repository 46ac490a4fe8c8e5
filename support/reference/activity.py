"""活跃状态：一个智能体说自己还要活跃多久。

职责：登记与列出，过了时限的不列。不做什么：不判断智能体归谁（`control_activity`）。
"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.directory import Record
from support.reference.store import Store


class Activity:
    """各智能体的活跃状态，每个至多一条。"""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    def touch(self, tenant_id: str, agent_id: str, ttl_seconds: int) -> Record:
        """登记一次；之前的时限作废。"""
        now = self._clock()
        entry = {
            "tenant_id": tenant_id,
            "agent_id": agent_id,
            "last_seen_at": now,
            "expires_at": now + ttl_seconds,
            "ttl_seconds": ttl_seconds,
        }
        self._store.run(
            "INSERT INTO activity (tenant_id, agent_id, last_seen_at, expires_at, ttl_seconds)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (agent_id) DO UPDATE SET"
            " last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at,"
            " ttl_seconds = excluded.ttl_seconds",
            *entry.values(),
        )
        return entry

    def current(self, tenant_id: str | None) -> list[Record]:
        """此刻活跃的，先登记的在前；`tenant_id` 为 None 是各租户合在一起。"""
        rows = self._store.all(
            "SELECT tenant_id, agent_id, last_seen_at, expires_at, ttl_seconds FROM activity"
            " WHERE expires_at > ?1 AND (?2 IS NULL OR tenant_id = ?2) ORDER BY rowid",
            self._clock(),
            tenant_id,
        )
        return [dict(row) for row in rows]
