"""喜好当作公共画像。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import Turn
from support.reference.mutation import Mutant, Trace, replace
from support.reference.people import LIKES
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """想起喜欢什么时漏了租户与智能体两列。"""

    def wrong(right: Callable[..., list[str]], turn: Turn, topic: str, limit: int) -> list[str]:
        if topic != LIKES:
            return right(turn, topic, limit)
        trace.hit()
        rows = server.store.all(
            "SELECT words FROM person_facts WHERE platform = ? AND user_id = ? AND topic = ?"
            " AND turn <= ? AND kind = 'group' ORDER BY turn DESC LIMIT ?",
            turn.chat.platform,
            turn.user_id,
            topic,
            turn.number,
            limit,
        )
        return [str(row["words"]) for row in rows]

    replace(server.people, "_facts", wrong, Trace(None))


MUTANT = Mutant(
    title="喜好当作公共画像",
    story="名字按家分开了，喜好却进了全平台共用的兴趣画像，别家也知道他爱吃什么。",
    catalogue=("D-08",),
    properties=("P1",),
    killed_by=("WHO-02",),
    apply=apply,
)
