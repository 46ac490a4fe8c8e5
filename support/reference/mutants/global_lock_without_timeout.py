"""二阶：拿着全局锁无限地等。"""

from __future__ import annotations

from support.reference.mutants import global_lock_round_model_call, no_model_timeout
from support.reference.mutation import Mutant, both

MUTANT = Mutant(
    title="拿着全局锁无限地等",
    story="问大模型既有全局锁又不限时：一家的大模型不吭声，全部租户从此停摆。",
    catalogue=("H-06",),
    properties=("P12",),
    killed_by=("FALL-02",),
    apply=both(global_lock_round_model_call.MUTANT, no_model_timeout.MUTANT),
    marks="01",
)
