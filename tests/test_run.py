"""端到端：规格在内置参考服务上跑一遍，看它留下的东西。

全部规格都绿、都清白，由变异检验复原的那一遍说（`tests/aftermath.py`），这里不再跑第二遍。
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

from support.ledger import read_events
from support.model import Kind
from support.reports.allure.node import TOOL_DIR, find_allure, find_node
from tests.runs import (
    LLM_KEY,
    REFUSING,
    SECRETS,
    SOME,
    Finished,
    finish,
    keys_left_in,
    make_config,
    only,
    run,
    start,
)

pytestmark = pytest.mark.long

QUICK = ("HIST-01", "KEY-01", "DELIV-01", "DAILY-01")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Finished:
    """一次运行，两个工作进程；大模型配了密钥而连不上，台词退回模板。"""
    folder = tmp_path_factory.mktemp("done")
    config = make_config(
        folder / "配置.toml",
        ('api_base = "null"', 'api_base = "http://127.0.0.1:9/v1"'),
        ('api_key = "null"', f'api_key = "{LLM_KEY}"'),
        ('log_level = "INFO"', 'log_level = "DEBUG"'),
    )
    options = ("--config", str(config), "--seed", "5", "--workers", "2", *only(*SOME))
    return run(folder / "reports", *options, "--output", str(folder / "另存.json"), page=True)


def test_the_chosen_specifications_hold(sample):
    assert sample.code == 0, sample.output
    facts = sample.results["run"]
    assert facts["valid"]
    assert facts["planned"] == facts["ran"] == len(sample.results["scenarios"])
    assert {one["id"] for one in sample.results["scenarios"]} == set(SOME)
    assert facts["target"]["kind"] == "内置参考服务"
    assert sample.results["findings"] == []
    assert sample.results["leftovers"] == []


def test_every_report_counts_the_same_scenarios(sample):
    count = len(sample.results["scenarios"])
    allure = list((sample.folder / "allure-results").glob("*-result.json"))
    junit = [
        case
        for path in (sample.folder / "junit").glob("*.xml")
        for case in ElementTree.parse(path).getroot().iter("testcase")
    ]
    assert len(allure) == len(junit) == count
    statuses = {json.loads(path.read_text("utf-8"))["status"] for path in allure}
    assert statuses == {"passed"}
    saved = sample.folder.parent.parent / "另存.json"
    assert json.loads(saved.read_text("utf-8")) == sample.results


def test_the_page_is_made_whenever_the_tools_are_there(sample):
    is_ready = find_node() is not None and find_allure(TOOL_DIR) is not None
    assert (sample.folder / "allure.html").exists() == is_ready
    assert ("没有生成 Allure 网页" in sample.output) != is_ready


def test_a_run_without_the_page_says_how_to_get_it(pair):
    for one in pair:
        assert not (one.folder / "allure.html").exists()
        assert f"要看时：python -m support report {one.folder}" in one.output
        assert list((one.folder / "allure-results").glob("*-result.json"))


def test_every_message_is_accounted_for(sample):
    for tenant in sample.results["tenants"]:
        assert tenant["sent"] == tenant["replied"] + tenant["lost"] + tenant["refused"]
        assert tenant["latency"]["p50"] <= tenant["latency"]["p99"] <= tenant["latency"]["max"]
    assert sample.total("lost") == sample.total("foreign") == sample.total("duplicated") == 0
    events = read_events(sample.folder / "ledger.jsonl")
    refused = [event.scenario for event in events if event.kind is Kind.REFUSED]
    assert sample.total("refused") == len(refused) > 0
    assert {one.partition("-")[0] for one in refused} <= REFUSING
    assert len(set(refused)) == len(refused)


def test_no_key_is_left_anywhere(sample):
    assert keys_left_in(sample.folder) == {}
    assert not SECRETS.search(sample.output.encode())
    assert "台词用内置模板" in sample.output


def test_the_report_can_be_judged_again_offline(sample):
    from support.oracles import leaks
    from support.running.merge import merge

    events, records = merge(sorted((sample.folder / "workers").iterdir()))
    verdict = leaks.check(events, leaks.manifest(events))
    assert verdict.outcome.value == "通过"
    assert verdict.examined > 1000
    assert len(records) == len(sample.results["scenarios"])


def test_the_costs_of_set_up_and_tear_down_are_measured(sample):
    assert sample.results["run"]["setup_median_ms"] > 0
    assert sample.results["run"]["teardown_median_ms"] > 0


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> list[Finished]:
    """同一个种子的两次运行，同时跑。"""
    folders = [tmp_path_factory.mktemp(name) for name in ("甲", "乙")]
    started = [start(folder, "--seed", "7", *only(*QUICK)) for folder in folders]
    return [finish(process, folder) for process, folder in zip(started, folders, strict=True)]


def test_two_runs_at_the_same_time_do_not_meet(pair):
    assert [one.code for one in pair] == [0, 0], pair[0].output + pair[1].output
    ports = {one.results["run"]["target"]["control_url"] for one in pair}
    assert len(ports) == 2


def test_the_same_seed_says_the_same_words(pair, sample):
    def words(one: Finished) -> list[str]:
        events = read_events(one.folder / "ledger.jsonl")
        said = [event for event in events if event.kind is Kind.SAID]
        return [event.data["words"] for event in said if event.scenario.startswith("DAILY-01")]

    first, second = map(words, pair)
    assert first == second != words(sample)
    assert len(set(first)) > 1


def test_selecting_nothing_is_a_usage_error(tmp_path):
    done = run(tmp_path / "r", "--tags", "@没有这样的标签")
    assert done.code == 2
    assert "至少选中一个场景" in done.output
