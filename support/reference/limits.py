"""限额：一个租户每分钟、每天最多受理多少句话。

职责：按租户计数、按租户此刻的配置判断。不做什么：不缓存配置；不看别家说了多少。
分钟是滑动的六十秒，天是 UTC 的自然日；被拦下的话不计数。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.directory import Directory
from support.reference.store import Store

TOO_FAST = "这会儿说得太快了，歇一歇再说。"
USED_UP = "今天的额度用完了。"
MINUTE, DAY = 60.0, 86400.0


class Limits:
    """每个租户自己的限额。"""

    def __init__(self, store: Store, directory: Directory, clock: Callable[[], float]) -> None:
        self._store, self._directory, self._clock = store, directory, clock

    def notice(self, tenant_id: str) -> str | None:
        """这个租户此刻再说一句该回的话；没到限额返回 None。"""
        tenant = self._directory.tenant(tenant_id)
        config = tenant["tenant_config"] if tenant is not None else None
        if self._is_full(tenant_id, per_day(config), self.day_start()):
            return USED_UP
        if self._is_full(tenant_id, per_minute(config), self._clock() - MINUTE):
            return TOO_FAST
        return None

    def count(self, tenant_id: str) -> None:
        """受理了一句话；在收话的事务里调用。"""
        self._store.run(
            "INSERT INTO processed (tenant_id, at) VALUES (?, ?)", tenant_id, self._clock()
        )

    def said_since(self, tenant_id: str, moment: float) -> int:
        """这个租户从 `moment` 起受理了几句。"""
        row = self._store.one(
            "SELECT count(*) FROM processed WHERE tenant_id = ? AND at >= ?", tenant_id, moment
        )
        return int(row[0]) if row is not None else 0

    def day_start(self) -> float:
        """UTC 的今天零点。"""
        return self._clock() // DAY * DAY

    def forget_old(self) -> None:
        """清掉前天以前的计数。"""
        self._store.run("DELETE FROM processed WHERE at < ?", self.day_start() - DAY)

    def _is_full(self, tenant_id: str, ceiling: int | None, since: float) -> bool:
        return ceiling is not None and self.said_since(tenant_id, since) >= ceiling


def per_minute(config: Any) -> int | None:
    """每分钟几句；None 不限。"""
    return _ceiling(config, "rate_limit", "messages_per_minute")


def per_day(config: Any) -> int | None:
    """每天几句；None 不限。"""
    return _ceiling(config, "quota", "messages_per_day")


def _ceiling(config: Any, section: str, name: str) -> int | None:
    part = config.get(section) if isinstance(config, Mapping) else None
    value = part.get(name) if isinstance(part, Mapping) else None
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_count else None
