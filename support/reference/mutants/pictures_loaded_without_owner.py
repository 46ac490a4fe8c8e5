"""重启后的图片描述不分谁家。"""

from __future__ import annotations

from collections.abc import Callable

from support.reference.mutation import Mutant, Trace, replace
from support.reference.pictures import Seen
from support.reference.server import ReferenceServer


def apply(server: ReferenceServer, trace: Trace) -> None:
    """从盘上读回来的描述不看租户与智能体。"""
    rows = server.store.all("SELECT digest, words FROM pictures")
    saved = {str(row["digest"]): str(row["words"]) for row in rows}

    def wrong(right: Callable[[Seen], str | None], seen: Seen) -> str | None:
        if seen[2] in saved:
            trace.hit()
        return saved.get(seen[2]) or right(seen)

    replace(server.pictures, "_known", wrong, Trace(None))


MUTANT = Mutant(
    title="重启后的图片描述不分谁家",
    story="存盘的只有内容与描述，重启读回来就是全体共用的。",
    catalogue=("F-10",),
    properties=("P1", "P11"),
    killed_by=("PIC-03",),
    apply=apply,
)
