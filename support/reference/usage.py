"""用量：每个租户受理了多少话、问了多少次模型、记了哪些使用日志。

职责：记账与查账，都按租户。不做什么：不限额（`limits`）。
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from support.reference import ids
from support.reference.store import Store


class Usage:
    """账本。"""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    def count_message(self, tenant_id: str) -> None:
        """受理了一句话；在收话的事务里调用。"""
        self._count(tenant_id, "messages")

    def count_call(self, tenant_id: str) -> None:
        """问了一次模型。"""
        self._count(tenant_id, "model_calls")

    def totals(self, tenant_id: str) -> dict[str, int]:
        """这个租户受理的话与模型调用的总数。"""
        row = self._store.one(
            "SELECT messages, model_calls FROM tallies WHERE tenant_id = ?", tenant_id
        )
        messages, calls = (0, 0) if row is None else row
        return {"messages": messages, "model_calls": calls}

    def add(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """记一条使用日志，返回记下的样子；没给时刻就用现在。"""
        kept = {**entry, "timestamp": entry["timestamp"] or f"{ids.iso(self._clock())}Z"}
        self._store.run(
            "INSERT INTO usage_log (tenant_id, agent_id, user_id, action, details, timestamp)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            kept["tenant_id"],
            kept["agent_id"],
            kept["user_id"],
            kept["action"],
            None if kept["details"] is None else json.dumps(kept["details"], ensure_ascii=False),
            kept["timestamp"],
        )
        return kept

    def entries(self, tenant_id: str, page: int, size: int) -> tuple[list[dict[str, Any]], int]:
        """这个租户的一页使用日志（先记的在前）与总数。"""
        total = self._store.one("SELECT count(*) FROM usage_log WHERE tenant_id = ?", tenant_id)
        rows = self._store.all(
            "SELECT tenant_id, agent_id, user_id, action, details, timestamp FROM usage_log"
            " WHERE tenant_id = ? ORDER BY id LIMIT ? OFFSET ?",
            tenant_id,
            size,
            (page - 1) * size,
        )
        items = [{**dict(row), "details": _read(row["details"])} for row in rows]
        return items, int(total[0]) if total is not None else 0

    def _count(self, tenant_id: str, column: str) -> None:
        self._store.run(
            f"INSERT INTO tallies (tenant_id, {column}) VALUES (?, 1)"
            f" ON CONFLICT (tenant_id) DO UPDATE SET {column} = {column} + 1",
            tenant_id,
        )


def _read(details: str | None) -> Any:
    return None if details is None else json.loads(details)
