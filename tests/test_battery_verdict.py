"""变异体的下场：每一种都判得出来，坏在前面的先说。"""

from __future__ import annotations

import pytest

from support.battery.battery import Outcomes, Plan
from support.battery.verdict import Case, Fate, Seen, judge, outcomes
from support.model import Outcome, ScenarioRecord

CASE = Case(
    name="wrong", title="写错了", story="错", catalogue=("B-01",), properties=("P1",),
    killed_by=("A-01", "A-02"), spares=("S-01",), marks="01",
)  # fmt: skip
HELD, BAD, UNKNOWN = Outcome.HELD, Outcome.VIOLATED, Outcome.INCONCLUSIVE


def record(spec: str, verdict: Outcome, reason: str = "") -> ScenarioRecord:
    return ScenarioRecord(
        id=spec, feature="功能", rule="规则", name="场景", tags=(), location="x.feature:1",
        verdict=verdict, duration_s=0.5, setup_s=0.0, teardown_s=0.0, reason=reason,
        unreachable=False, verdicts=(), events=1,
    )  # fmt: skip


def fate(trace: str = "0011", explained: tuple[str, ...] = (), **seen: Outcome) -> Fate:
    told = {"A-01": BAD, "A-02": BAD, "S-01": HELD}
    told |= {spec.replace("_", "-"): outcome for spec, outcome in seen.items()}
    views = {spec: Seen(outcome, "缘由", 0.1) for spec, outcome in told.items()}
    return judge(CASE, views, trace=trace, explained=explained, duration_s=1.0).fate


def test_every_named_scenario_violated_and_the_spared_green_is_killed():
    assert fate() is Fate.KILLED


def test_one_named_scenario_green_is_a_survivor():
    assert fate(A_02=HELD) is Fate.SURVIVED


@pytest.mark.parametrize("outcome", [UNKNOWN, Outcome.SKIPPED])
def test_red_without_a_violation_does_not_count(outcome):
    assert fate(A_02=outcome) is Fate.CRASHED


@pytest.mark.parametrize("outcome", [BAD, UNKNOWN])
def test_a_spared_scenario_not_green_is_overkill_even_when_explained(outcome):
    assert fate(S_01=outcome, explained=("S-01",)) is Fate.OVERKILL


@pytest.mark.parametrize("outcome", [BAD, UNKNOWN])
def test_an_unnamed_red_scenario_needs_an_explanation(outcome):
    assert fate(X_01=outcome) is Fate.OVERKILL
    assert fate(X_01=outcome, explained=("X-01",)) is Fate.KILLED


def test_an_unnamed_green_scenario_is_no_matter():
    assert fate(X_01=HELD) is Fate.KILLED


@pytest.mark.parametrize("trace", ["", "000", "1"])
def test_a_mistake_never_reached_proves_nothing(trace):
    assert fate(trace) is Fate.INVALID


def test_reached_counts_the_rarest_of_the_mistakes():
    views = {spec: Seen(BAD, "", 0.0) for spec in CASE.killed_by}
    judged = judge(CASE, views, trace="00010", explained=(), duration_s=1.0)
    assert judged.reached == 1


def test_the_worse_news_comes_first():
    assert fate("", A_01=HELD, S_01=BAD) is Fate.INVALID
    assert fate(A_01=HELD, S_01=BAD) is Fate.OVERKILL
    assert fate(A_01=HELD, A_02=UNKNOWN) is Fate.CRASHED


def test_reasons_name_the_scenario_and_its_verdict():
    views = {"A-01": Seen(BAD, "越界", 0.1), "A-02": Seen(HELD, "", 0.1), "S-01": Seen(HELD, "", 0)}
    judged = judge(CASE, views, trace="01", explained=(), duration_s=1.0)
    assert judged.reasons == ("A-02 通过：没有红",)


def test_an_outline_takes_its_worst_row_and_every_row_must_have_run():
    rows = [record("A-01", HELD), record("A-01", BAD, "越界"), record("A-02", HELD)]
    seen = outcomes(rows, {"A-01": 2, "A-02": 2, "A-03": 1})
    assert seen["A-01"] == Seen(BAD, "越界", 1.0)
    assert seen["A-02"] == Seen(UNKNOWN, "只跑完 1/2 行", 0.5)
    assert seen["A-03"] == Seen(UNKNOWN, "只跑完 0/1 行", 0)


def test_a_violated_row_counts_even_if_another_never_ran():
    assert outcomes([record("A-01", BAD)], {"A-01": 2})["A-01"].outcome is BAD


GREEN = {"A-01": Seen(HELD, "", 0.1)}


@pytest.mark.parametrize(
    ("fates", "clean", "interrupted", "proven"),
    [
        ([Fate.KILLED], GREEN, False, True),
        ([Fate.KILLED, Fate.SURVIVED], GREEN, False, False),
        ([Fate.KILLED], {"A-01": Seen(BAD, "", 0.1)}, False, False),
        ([Fate.KILLED], {"A-01": Seen(UNKNOWN, "", 0.1)}, False, False),
        ([Fate.KILLED], {}, True, False),
    ],
)
def test_proven_needs_every_mutant_killed_and_a_green_restored_run(
    fates, clean, interrupted, proven
):
    from support.battery.verdict import Judged

    judged = tuple(Judged(CASE, one, (), {}, 1, 1.0) for one in fates)
    assert Outcomes(judged, clean, interrupted).is_proven is proven


def test_a_mutant_runs_what_is_named_and_spared_or_everything():
    scenes = {spec: (spec,) for spec in ("A-01", "A-02", "S-01", "X-01")}
    named = Plan((CASE,), scenes, {"P1": frozenset({"A-01"})}, 2, full=False, whole=False)
    assert named.scenes_for(CASE) == ["A-01", "A-02", "S-01"]
    assert named.related(CASE) == {"A-01"}
    full = Plan((CASE,), scenes, {}, 2, full=True, whole=True)
    assert full.scenes_for(CASE) == list(scenes)
