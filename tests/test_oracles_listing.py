"""名录：恰好是自己的那些，总数也对。"""

import pytest

from support.oracles.listing import only_own
from tests.histories import HELD, INCONCLUSIVE, VIOLATED


def test_exactly_its_own_is_held():
    verdict = only_own({"a1", "a2"}, ["a2", "a1"], 2, event=7)
    assert (verdict.outcome, verdict.examined, verdict.evidence) == (HELD, 2, (7,))


@pytest.mark.parametrize(
    ("listed", "total"),
    [
        ({"a1", "a2", "别家的"}, 2),
        ({"a1"}, 2),
        ({"a1", "别家的"}, 2),
        (set(), 0),
        ({"a1", "a2"}, 3),
        ({"a1", "a2"}, 1),
    ],
    ids=["多出", "少了", "一多一少", "一样没有", "总数多", "总数少"],
)
def test_any_difference_is_violated(listed, total):
    verdict = only_own(listed, {"a1", "a2"}, total, event=7)
    assert (verdict.outcome, verdict.evidence) == (VIOLATED, (7,))


def test_owning_nothing_proves_nothing():
    assert only_own([], [], 0, event=7).outcome is INCONCLUSIVE
