"""SQLite 存储：打开、事务。

职责：唯一的数据库连接（WAL、synchronous=NORMAL：进程被 kill -9 不丢已提交的）。
不做什么：不定表结构（在 `schema`），不写业务查询（在 `directory`、`archive` 等各部件）。

所有编号列都是 BINARY 比较：不折叠大小写、不去空白、不做 Unicode 规范化。
数据库以独占方式打开：两个服务不会用同一个数据目录。
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.reference.options import StartupError
from support.reference.schema import SCHEMA, SCHEMA_VERSION

FILE_NAME = "reference.sqlite3"
_CHECK_LIMIT = 64 * 1024 * 1024


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
            f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
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
