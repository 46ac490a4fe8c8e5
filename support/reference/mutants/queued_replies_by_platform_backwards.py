"""二阶：留言归整个平台，还后进先出。"""

from __future__ import annotations

from support.reference.mutants import queued_replies_by_platform, queued_replies_newest_first
from support.reference.mutation import Mutant, both

MUTANT = Mutant(
    title="留言归整个平台，还后进先出",
    story="留着的回复不分密钥又倒着取：趁机连上来的别家，先拿走了最要紧的最后一句。",
    catalogue=("G-01", "G-16"),
    properties=("P5", "P11", "P13"),
    killed_by=("AWAY-02",),
    apply=both(queued_replies_by_platform.MUTANT, queued_replies_newest_first.MUTANT),
    marks="01",
)
