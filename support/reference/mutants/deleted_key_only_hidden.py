"""删除密钥只是藏起来。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """删除只给那行改了名，认证时照样找得到它。"""

    def remove_key(right: Callable[..., Any], key_id: str) -> None:
        server.store.run("UPDATE api_keys SET name = name || id WHERE id = ?", key_id)

    replace(server.directory, "remove_key", remove_key, trace)


MUTANT = Mutant(
    title="删掉的密钥还能用",
    story="删除是软删除，认证的查询没有排除它；管理员以为收回了的密钥照样进门。",
    catalogue=("A-02",),
    properties=("P7",),
    killed_by=("KEY-01", "KEY-02", "ADMIN-04"),
    apply=apply,
)
