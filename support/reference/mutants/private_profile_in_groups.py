"""私下说的自己带进群。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.archive import GROUP, PRIVATE, Turn
from support.reference.mutation import Mutant, Trace, replace
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """不管在哪儿，私下听来的也想得起。"""

    def wrong(right: Callable[[Turn], tuple[str, str]], turn: Turn) -> tuple[str, str]:
        return GROUP, PRIVATE

    replace(server.people, "audible", wrong, trace)


MUTANT = Mutant(
    title="私下说的自己带进群",
    story="私下说的喜好没有标场合，群里作答也用上了。",
    catalogue=("D-06",),
    properties=("P3",),
    killed_by=("WHO-06",),
    apply=apply,
)
