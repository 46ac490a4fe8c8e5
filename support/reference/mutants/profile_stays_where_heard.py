"""资料只在听来的场合用。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import Turn
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """群里听来的只在群里、私下听来的只在私下想得起。"""

    def wrong(right: Callable[[Turn], tuple[str, str]], turn: Turn) -> tuple[str, str]:
        return turn.chat.kind, turn.chat.kind

    replace(server.people, "audible", wrong, trace)


MUTANT = Mutant(
    title="资料只在听来的场合用",
    story="群里听来的名字换到私聊就不认得，同一个人要介绍两遍。",
    catalogue=("D-05",),
    properties=("P1", "P3"),
    killed_by=("WHO-05",),
    apply=apply,
)
