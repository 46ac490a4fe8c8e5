"""二阶：重启之后去重与送达一起忘。"""

from __future__ import annotations

from support.reference.mutants import (
    dedup_forgotten_after_restart,
    sent_replies_replayed_after_restart,
)
from support.reference.mutation import Mutant, both

MUTANT = Mutant(
    title="重启之后去重与送达一起忘",
    story="重启前答过的一句，队里的旧回复重播一遍，重发的又答一遍：一句话三条回复。",
    catalogue=("G-11", "G-12"),
    properties=("P13",),
    killed_by=("RETRY-02",),
    apply=both(dedup_forgotten_after_restart.MUTANT, sent_replies_replayed_after_restart.MUTANT),
    marks="01",
)
