"""报错里写出了密钥是谁的。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.envelope import Failure
from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.scope import View
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """为了好排查，报错里带上了密钥的主人。"""

    def key(right: Callable[..., Any], view: View, key_id: str) -> Any:
        found, real = right(view, key_id), server.directory.key(key_id)
        if found is None and real is not None:
            trace.hit()
            raise Failure("KEY_004", f"API密钥不存在（属于 {real['tenant_id']}）")
        return found

    replace(View, "key", key, QUIET)


MUTANT = Mutant(
    title="报错说出密钥是谁家的",
    story="为了好排查，报错带上了主人的编号，来人由此得到别家的租户编号。",
    catalogue=("E-11",),
    properties=("P8",),
    killed_by=("ADMIN-01",),
    apply=apply,
)
