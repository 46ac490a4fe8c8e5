"""轮换下来的旧密钥没有作废。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.reference.mutation import QUIET, Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """同一个智能体已有更新的密钥时，删旧的被当作轮换，留着旧的过渡，却忘了定期限。"""

    def remove_key(right: Callable[..., Any], key_id: str) -> None:
        newer = server.store.one(
            "SELECT 1 FROM api_keys old JOIN api_keys new ON new.agent_id = old.agent_id"
            " AND new.rowid > old.rowid WHERE old.id = ?",
            key_id,
        )
        if newer is None:
            right(key_id)
        else:
            trace.hit()

    replace(server.directory, "remove_key", remove_key, QUIET)


MUTANT = Mutant(
    title="换下来的密钥还能用",
    story="轮换时给旧密钥留了过渡期，却没有写到哪天为止；泄露之后换新的毫无用处。",
    catalogue=("A-02",),
    properties=("P7",),
    killed_by=("LIFE-01",),
    apply=apply,
)
