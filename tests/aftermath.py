"""变异检验之后：它复原的那一遍是本机跑的全部规格，看它留下的东西清不清白。

自测把目录从 `--battery` 给进来；单独看一次：
``pytest tests/aftermath.py --battery reports/mutants-latest``。
"""

from __future__ import annotations

import pytest

from support import results
from support.model import Kind, Outcome
from support.play.opening import ROOT
from support.running.merge import merge
from support.running.plan import plan
from tests.runs import REFUSING, keys_left_in
from tests.test_results import run


@pytest.fixture(scope="module")
def battery(request):
    given = request.config.getoption("--battery")
    assert given, "没有说哪一次变异检验：加 --battery 目录"
    assert (given / "trials" / "clean").is_dir(), f"{given} 里没有复原的那一遍：先跑 mutants"
    return given.resolve()


@pytest.fixture(scope="module")
def clean(battery):
    """复原的那一遍：合了账的台账与场景记录。"""
    return merge(sorted((battery / "trials" / "clean" / "workers").iterdir()))


@pytest.fixture(scope="module")
def outcome(clean):
    events, records = clean
    return results.build(run(planned=len(records)), records, events)


def test_the_whole_specification_holds(clean, outcome):
    _, records = clean
    assert {record.verdict for record in records} == {Outcome.HELD}
    wanted = sorted(scene.location for scene in plan(ROOT, ["not @在建"]))
    assert sorted(record.location for record in records) == wanted
    assert outcome["run"]["valid"], outcome["notes"]


def test_no_worker_heard_the_words_of_another(outcome):
    assert outcome["findings"] == []


def test_nothing_is_left_at_the_target(outcome):
    assert outcome["leftovers"] == []


def test_every_message_is_accounted_for(clean, outcome):
    for tenant in outcome["tenants"]:
        assert tenant["sent"] == tenant["replied"] + tenant["refused"]
        assert (tenant["lost"], tenant["foreign"], tenant["duplicated"]) == (0, 0, 0)
        assert tenant["latency"]["p50"] <= tenant["latency"]["p99"] <= tenant["latency"]["max"]
    events, _ = clean
    refused = [event.scenario for event in events if event.kind is Kind.REFUSED]
    assert sum(tenant["refused"] for tenant in outcome["tenants"]) == len(refused) > 0
    assert {one.partition("-")[0] for one in refused} <= REFUSING
    assert len(set(refused)) == len(refused)


def test_no_key_is_left_anywhere(battery):
    """几百台写错的服务也不许留下密钥。"""
    assert keys_left_in(battery) == {}
