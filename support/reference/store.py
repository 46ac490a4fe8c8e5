"""SQLite 存储：表结构、打开、事务。

职责：唯一的数据库连接（WAL、synchronous=NORMAL：进程被 kill -9 不丢已提交的）。
不做什么：不写业务查询（在 `directory`、`archive`、`outbox`）。

所有编号列都是 BINARY 比较：不折叠大小写、不去空白、不做 Unicode 规范化。
租户、智能体、密钥删除时，名下的行由外键级联一并删除。
数据库以独占方式打开：两个服务不会用同一个数据目录。
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.reference.options import StartupError

FILE_NAME = "reference.sqlite3"
SCHEMA_VERSION = 1
_CHECK_LIMIT = 64 * 1024 * 1024

_SCHEMA = """
CREATE TABLE tenants (
    id TEXT PRIMARY KEY, tenant_name TEXT NOT NULL UNIQUE, tenant_type TEXT NOT NULL,
    description TEXT, contact_email TEXT, tenant_config TEXT, status TEXT NOT NULL,
    owner_id TEXT, created_at REAL NOT NULL, updated_at REAL NOT NULL
);
CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    name TEXT NOT NULL, description TEXT, template_id TEXT, config TEXT NOT NULL,
    status TEXT NOT NULL, tags TEXT, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    UNIQUE (tenant_id, name)
);
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    name TEXT NOT NULL, description TEXT, api_key TEXT NOT NULL UNIQUE,
    permissions TEXT NOT NULL, status TEXT NOT NULL, expires_at REAL, created_at REAL NOT NULL,
    last_used_at REAL, usage_count INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, name)
);
CREATE INDEX api_keys_of_agent ON api_keys (agent_id);

-- 一行是一个来回：用户的一句话与对它的回复。state: waiting | answered | dropped
CREATE TABLE turns (
    turn INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, kind TEXT NOT NULL, chat_id TEXT NOT NULL,
    key_id TEXT NOT NULL, user_id TEXT NOT NULL, nickname TEXT NOT NULL,
    group_name TEXT NOT NULL, message_id TEXT NOT NULL, words TEXT NOT NULL,
    said_at REAL NOT NULL, state TEXT NOT NULL, reply TEXT
);
CREATE INDEX turns_of_chat ON turns (agent_id, tenant_id, platform, kind, chat_id, turn);
CREATE INDEX turns_waiting ON turns (turn) WHERE state = 'waiting';

-- 长期记忆，连同它是在哪儿听来的。
CREATE TABLE memories (
    turn INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, kind TEXT NOT NULL, user_id TEXT NOT NULL,
    nickname TEXT NOT NULL, words TEXT NOT NULL
);
CREATE INDEX memories_of_agent ON memories (agent_id, tenant_id, turn);

-- 见过的信封编号；只在同一把密钥、同一平台内有意义。
CREATE TABLE seen (
    key_id TEXT NOT NULL REFERENCES api_keys(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, msg_id TEXT NOT NULL, seen_at REAL NOT NULL,
    PRIMARY KEY (key_id, platform, msg_id)
) WITHOUT ROWID;
CREATE INDEX seen_by_age ON seen (seen_at);

-- 等着送出的回复帧。
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key_id TEXT NOT NULL REFERENCES api_keys(id) ON DELETE CASCADE,
    platform TEXT NOT NULL, frame TEXT NOT NULL, queued_at REAL NOT NULL
);
CREATE INDEX outbox_of_key ON outbox (key_id, platform, id);
CREATE INDEX outbox_by_age ON outbox (queued_at);
"""


class Store:
    """一个数据目录里的数据库；只在事件循环的线程里用。"""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=0.2, isolation_level=None)
        except (OSError, sqlite3.OperationalError) as error:
            raise StartupError(
                f"数据目录 {folder} 打不开或不可写：换一个 --data 目录，或修正它的权限"
            ) from error
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        try:
            self._configure()
        except sqlite3.OperationalError as error:
            raise StartupError(
                f"数据库 {self.path} 正被另一个服务占用，或所在目录不可写：停掉那个服务，"
                "或换一个 --data 目录"
            ) from error
        except sqlite3.DatabaseError as error:
            raise StartupError(
                f"数据库 {self.path} 已损坏：移走这个文件后重新启动，或换一个 --data 目录"
            ) from error

    def _configure(self) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA foreign_keys=ON")
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version == 0 and not self.all("SELECT name FROM sqlite_master"):
            self._create()
        elif version != SCHEMA_VERSION:
            raise StartupError(
                f"数据库 {self.path} 不是本版本参考服务的数据：换一个空的 --data 目录"
            )
        elif self.path.stat().st_size <= _CHECK_LIMIT:
            self._check()

    def _create(self) -> None:
        self._db.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
        )

    def _check(self) -> None:
        """存量数据不大时，启动就查一遍损坏，免得答到一半才发现。"""
        if self.all("PRAGMA quick_check(1)")[0][0] != "ok":
            raise sqlite3.DatabaseError("quick_check")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """一个写事务；正常离开即已提交，出错即回滚。不可嵌套。"""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def run(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """执行一条语句；事务之外即刻提交。"""
        return self._db.execute(sql, values)

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """查一行；没有则 None。"""
        row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """查全部行。"""
        return self._db.execute(sql, values).fetchall()

    def close(self) -> None:
        """关闭数据库。"""
        self._db.close()
