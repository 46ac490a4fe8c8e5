"""人设只在头一句送。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference import prompt
from support.reference.archive import Turn
from support.reference.directory import Record
from support.reference.mutation import Mutant, Trace, replace
from support.reference.prompt import Known
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """聊天里已有上文时，提示词不带人设。"""

    def wrong(right: Callable[..., str], agent: Record, turn: Turn, known: Known) -> str:
        if len(known.history) == 1:
            return right(agent, turn, known)
        trace.hit()
        return right({**agent, "config": {}}, turn, known)

    replace(prompt, "system_text", wrong, Trace(None))


MUTANT = Mutant(
    title="人设只在头一句送",
    story="以为模型有记忆，人设只在一个聊天的头一句送到，往后的作答都没有人设。",
    catalogue=("F-06",),
    properties=("P1", "P14"),
    killed_by=("TECH-01", "TEACH-01", "DAILY-01"),
    apply=apply,
)
