"""二阶：兜底说两遍，出错的话又忘掉。"""

from __future__ import annotations

from support.reference.mutants import fallback_said_twice, faulty_turn_forgotten
from support.reference.mutation import Mutant, both

MUTANT = Mutant(
    title="兜底说两遍，出错的话又忘掉",
    story="出错时兜底说了两遍，那一轮又回滚了：用户以为说清楚了，恢复之后麦麦却不记得。",
    catalogue=("F-11", "G-11"),
    properties=("P1", "P12", "P13"),
    killed_by=("ORDER-04", "FALL-04"),
    apply=both(fallback_said_twice.MUTANT, faulty_turn_forgotten.MUTANT),
    marks="01",
)
