"""名册：租户、智能体、密钥的增删改查。

职责：把行读成普通字典、按租户限定范围、报重名。
不做什么：不校验请求（`forms`）、不遮密钥（各 API）、不决定密钥放不放行（`access`）。
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from support.reference import ids
from support.reference.store import Store

Record = dict[str, Any]
_JSON_COLUMNS = frozenset({"tenant_config", "config", "tags", "permissions"})


class NameTaken(Exception):
    """同一范围内已有这个名字。"""


class Directory:
    """租户、智能体、密钥的名册。"""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    # —— 租户 ——

    def add_tenant(self, fields: Mapping[str, Any]) -> Record:
        """开通一个租户；编号由服务造。"""
        now = self._clock()
        stamp = {"status": "active", "created_at": now, "updated_at": now}
        return self._insert("tenants", {"id": ids.new_id("tenant"), **fields, **stamp})

    def tenant(self, tenant_id: str) -> Record | None:
        """按编号找租户。"""
        return self._get("tenants", tenant_id)

    def tenants(
        self, only: str | None, status: str | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        """一页租户与总数；给了 `only` 就只有这一个。"""
        return self._page("tenants", {"id": only, "status": status}, page, size)

    def change_tenant(self, tenant_id: str, fields: Mapping[str, Any]) -> None:
        """改租户；只改给出的字段。"""
        self._update("tenants", tenant_id, {**fields, "updated_at": self._clock()})

    def remove_tenant(self, tenant_id: str) -> None:
        """删租户；名下一切由外键级联删除。"""
        self._store.run("DELETE FROM tenants WHERE id = ?", tenant_id)

    # —— 智能体 ——

    def add_agent(self, fields: Mapping[str, Any]) -> Record:
        """给租户建一个智能体。"""
        now = self._clock()
        stamp = {"status": "active", "created_at": now, "updated_at": now}
        return self._insert("agents", {"id": ids.new_id("agent"), **fields, **stamp})

    def agent(self, agent_id: str) -> Record | None:
        """按编号找智能体；每次都读库，改配置因此下一句就生效。"""
        return self._get("agents", agent_id)

    def agents(
        self, tenant_id: str, status: str | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        """某租户的一页智能体与总数。"""
        return self._page("agents", {"tenant_id": tenant_id, "status": status}, page, size)

    def change_agent(self, agent_id: str, fields: Mapping[str, Any]) -> None:
        """改智能体；只改给出的字段。"""
        self._update("agents", agent_id, {**fields, "updated_at": self._clock()})

    def remove_agent(self, agent_id: str) -> None:
        """删智能体；它的密钥、历史、记忆由外键级联删除。"""
        self._store.run("DELETE FROM agents WHERE id = ?", agent_id)

    # —— 密钥 ——

    def add_key(self, fields: Mapping[str, Any]) -> Record:
        """给智能体发一把密钥。"""
        secret = ids.new_key(fields["tenant_id"], fields["agent_id"])
        row = {"id": ids.new_id("key"), **fields, "api_key": secret}
        return self._insert("api_keys", {**row, "status": "active", "created_at": self._clock()})

    def key(self, key_id: str) -> Record | None:
        """按编号找密钥。"""
        return self._get("api_keys", key_id)

    def keys(
        self, tenant_id: str, agent_id: str | None, status: str | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        """某租户的一页密钥与总数。"""
        where = {"tenant_id": tenant_id, "agent_id": agent_id, "status": status}
        return self._page("api_keys", where, page, size)

    def change_key(self, key_id: str, fields: Mapping[str, Any]) -> None:
        """改密钥；只改给出的字段。"""
        self._update("api_keys", key_id, fields)

    def count_use(self, key_id: str) -> None:
        """记一次使用。"""
        self._store.run(
            "UPDATE api_keys SET usage_count = usage_count + 1, last_used_at = ? WHERE id = ?",
            self._clock(),
            key_id,
        )

    def remove_key(self, key_id: str) -> None:
        """删密钥；排队等它的回复由外键级联删除。"""
        self._store.run("DELETE FROM api_keys WHERE id = ?", key_id)

    # —— 公共 ——

    def _get(self, table: str, row_id: str) -> Record | None:
        row = self._store.one(f"SELECT * FROM {table} WHERE id = ?", row_id)
        return read_row(row) if row is not None else None

    def _insert(self, table: str, row: Mapping[str, Any]) -> Record:
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        try:
            self._store.run(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})", *_encode(row).values()
            )
        except sqlite3.IntegrityError as error:
            raise NameTaken from error
        found = self._get(table, row["id"])
        assert found is not None, "刚写入的行一定读得到"
        return found

    def _update(self, table: str, row_id: str, fields: Mapping[str, Any]) -> None:
        if not fields:
            return
        settings = ", ".join(f"{column} = ?" for column in fields)
        try:
            self._store.run(
                f"UPDATE {table} SET {settings} WHERE id = ?", *_encode(fields).values(), row_id
            )
        except sqlite3.IntegrityError as error:
            raise NameTaken from error

    def _page(
        self, table: str, where: Mapping[str, str | None], page: int, size: int
    ) -> tuple[list[Record], int]:
        given = {column: value for column, value in where.items() if value is not None}
        clause = " AND ".join(f"{column} = ?" for column in given) or "1"
        total = self._store.one(f"SELECT count(*) FROM {table} WHERE {clause}", *given.values())
        rows = self._store.all(
            f"SELECT * FROM {table} WHERE {clause} ORDER BY rowid LIMIT ? OFFSET ?",
            *given.values(),
            size,
            (page - 1) * size,
        )
        return [read_row(row) for row in rows], int(total[0]) if total is not None else 0


def read_row(row: sqlite3.Row) -> Record:
    """把一行读成字典，JSON 列还原成值。"""
    return {
        column: json.loads(row[column])
        if column in _JSON_COLUMNS and row[column] is not None
        else row[column]
        for column in row.keys()  # noqa: SIM118  （Row 迭代的是值，不是列名）
    }


def _encode(fields: Mapping[str, Any]) -> Record:
    return {
        column: json.dumps(value, ensure_ascii=False)
        if column in _JSON_COLUMNS and value is not None
        else value
        for column, value in fields.items()
    }
