"""变异体的档案：写全了、写对了，与规格两头对得上。"""

from __future__ import annotations

import re

import pytest

from support.coverage import load_matrix
from support.play.opening import ROOT
from support.reference import mutants
from support.running.plan import plan

NAMES = mutants.names()
ALL = {name: mutants.load(name) for name in NAMES}
SPECS = {scene.id for scene in plan(ROOT, ["not @在建"])}
PROPERTIES = set(load_matrix().meaning)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_of_a_mutant_says_everything(name):
    mutant = ALL[name]
    assert mutant.title
    assert mutant.story.endswith("。")
    assert mutant.properties
    assert set(mutant.properties) <= PROPERTIES
    assert all(re.fullmatch(r"[A-H]-\d{2}", entry) for entry in mutant.catalogue)
    assert mutant.killed_by
    assert mutant.spares
    assert {*mutant.killed_by, *mutant.spares} <= SPECS
    assert set(mutant.killed_by).isdisjoint(mutant.spares)
    assert mutant.marks


def test_no_two_mutants_share_a_title_or_a_story():
    for field in ("title", "story"):
        told = [getattr(mutant, field) for mutant in ALL.values()]
        assert len(set(told)) == len(told)


def test_every_scenario_kills_a_mutant_or_says_why_none_can_exist():
    killers = {spec for mutant in ALL.values() for spec in mutant.killed_by}
    assert sorted(SPECS - killers - set(mutants.EXEMPT)) == []
    assert sorted(killers & set(mutants.EXEMPT)) == []
    assert sorted(set(mutants.EXEMPT) - SPECS) == []
    assert all(reason for reason in mutants.EXEMPT.values())


def test_every_property_is_broken_by_some_mutant():
    assert {prop for mutant in ALL.values() for prop in mutant.properties} == PROPERTIES
