"""二阶：额度多放一句，重启再清零。"""

from __future__ import annotations

from support.reference.mutants import limit_forgotten_at_restart, limit_off_by_one
from support.reference.mutation import Mutant, both

MUTANT = Mutant(
    title="额度多放一句，重启再清零",
    story="限额差了一句，重启又从头数起：每重启一次，额度就多出一份再加一句。",
    catalogue=("F-11", "H-01"),
    properties=("P12",),
    killed_by=("LIMIT-05",),
    apply=both(limit_off_by_one.MUTANT, limit_forgotten_at_restart.MUTANT),
    marks="01",
)
