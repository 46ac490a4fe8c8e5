"""改期限只对新发的密钥有效。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """修改密钥的白名单里漏了期限，应答照样说成功。"""

    def change_key(right: Callable[..., Any], key_id: str, fields: Mapping[str, Any]) -> None:
        if "expires_at" in fields:
            trace.hit()
        right(key_id, {name: value for name, value in fields.items() if name != "expires_at"})

    replace(server.directory, "change_key", change_key, QUIET)


MUTANT = Mutant(
    title="改期限不起作用",
    story="签发时写的期限有效，事后改短的不起作用；管理员以为到期了，其实没有。",
    catalogue=("F-14", "E-13"),
    properties=("P7",),
    killed_by=("KEY-02",),
    apply=apply,
)
