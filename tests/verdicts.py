"""写全的裁决：结论、看过几样、凭哪几条、理当怎样、其实怎样，一样不缺。

职责：替裁判的测试写下期望的整份裁决。不做什么：不判断。
"""

from __future__ import annotations

from support.model import Verdict
from tests.histories import HELD, INCONCLUSIVE, VIOLATED


def held(claim: str, examined: int, *seqs: int) -> Verdict:
    """通过。"""
    return Verdict(HELD, claim, examined, seqs)


def doubt(claim: str, examined: int, *seqs: int) -> Verdict:
    """无法判定。"""
    return Verdict(INCONCLUSIVE, claim, examined, seqs)


def broken(claim: str, examined: int, *seqs: int, expected: str, actual: str) -> Verdict:
    """违反：理当怎样、其实怎样都要说。"""
    return Verdict(VIOLATED, claim, examined, seqs, expected=expected, actual=actual)
