"""信封编号按智能体记，不分密钥。"""

from __future__ import annotations

from typing import Any

from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """认重发时把密钥当成了智能体：同一个智能体的别的密钥见过也算。"""

    def is_duplicate(right: Any, identity: Any, platform: str, msg_id: str) -> bool:
        row = server.store.one(
            "SELECT 1 FROM seen JOIN api_keys k ON k.id = key_id"
            " WHERE k.agent_id = ? AND platform = ? AND msg_id = ?",
            identity.agent_id,
            platform,
            msg_id,
        )
        if row is not None and not right(identity, platform, msg_id):
            trace.hit()
        return row is not None

    replace(server.archive, "is_duplicate", is_duplicate, Trace(None))


MUTANT = Mutant(
    title="去重不分密钥",
    story="同一个智能体发了两把密钥，两边的编号各从1数起，后一边的话被当成重发不答。",
    properties=("P10", "P13"),
    killed_by=("RETRY-04",),
    apply=apply,
)
