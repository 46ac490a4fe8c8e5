"""数据库的报错原样交给对方。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.directory import NameTaken
from support.reference.envelope import Failure
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """写库失败时把异常的原文放进应答。"""

    def insert(right: Callable[..., Any], table: str, row: Mapping[str, Any]) -> Any:
        try:
            return right(table, row)
        except NameTaken as taken:
            trace.hit()
            raise Failure("DB_001", f"保存失败：{taken.__cause__}") from taken

    replace(server.directory, "_insert", insert, QUIET)


MUTANT = Mutant(
    title="报错里是数据库的原话",
    story="写库失败时把异常原文返回，表名、列名、约束全露在外面。",
    catalogue=("E-11",),
    properties=("P8", "P12"),
    killed_by=("MANAGE-01",),
    apply=apply,
)
