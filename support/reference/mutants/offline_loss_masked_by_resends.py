"""二阶：丢了靠重发补，重发又不去重。"""

from __future__ import annotations

from support.reference.mutants import reply_dropped_when_offline, resend_answered_again
from support.reference.mutation import Mutant, both

MUTANT = Mutant(
    title="丢了靠重发补，重发又不去重",
    story="离线的回复丢了，重发时因为不去重又补上，两个错互相遮掩：不重发的人照样丢，重发的人收到两遍。",
    catalogue=("G-11", "G-14"),
    properties=("P13",),
    killed_by=("DELIV-02", "DELIV-04"),
    apply=both(reply_dropped_when_offline.MUTANT, resend_answered_again.MUTANT),
    marks="01",
)
