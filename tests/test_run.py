"""端到端：规格在内置参考服务上跑一遍，看它留下的东西；再把事情弄坏，看它怎么收场。

全部规格都绿、都清白，由变异检验复原的那一遍说（`tests/aftermath.py`），这里不再跑第二遍。
"""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest

from support.ledger import read_events
from support.model import Kind
from support.reports.node import find_allure, find_node
from support.reports.publish import TOOL_DIR
from support.targets.embedded import Reference
from tests.poor_target import poor_target
from tests.runs import (
    LLM_KEY,
    REFUSING,
    SECRETS,
    Finished,
    finish,
    keys_left_in,
    make_config,
    run,
    run_until,
    start,
)

#: 几个测试看同一次运行的，要在同一个进程里。
together = pytest.mark.xdist_group("run")
pytestmark = pytest.mark.long

#: 共用的、要鉴权的、要重启的服务都用上，也有人被拒绝、有一场要造话的对话。
SOME = (
    "HIST-01", "HIST-03", "DELIV-01", "NOISE-02", "MGMT-01", "TOUCH-01", "DAILY-01",
    "KEY-01", "KEY-02", "BADGE-02", "CLAIM-01", "LIFE-01", "REMOVE-01", "ACCOUNT-01", "ACCOUNT-04",
)  # fmt: skip
QUICK = ("HIST-01", "KEY-01", "DELIV-01", "DAILY-01")


def only(*specs: str) -> tuple[str, str]:
    return "--tags", " or ".join(f"@{spec}" for spec in specs)


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


@together
def test_the_chosen_specifications_hold(sample):
    assert sample.code == 0, sample.output
    facts = sample.results["run"]
    assert facts["valid"]
    assert facts["planned"] == facts["ran"] == len(sample.results["scenarios"])
    assert {one["id"] for one in sample.results["scenarios"]} == set(SOME)
    assert facts["target"]["kind"] == "内置参考服务"
    assert sample.results["findings"] == []
    assert sample.results["leftovers"] == []


@together
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


@together
def test_the_page_is_made_whenever_the_tools_are_there(sample):
    is_ready = find_node() is not None and find_allure(TOOL_DIR) is not None
    assert (sample.folder / "allure.html").exists() == is_ready
    assert ("没有生成 Allure 网页" in sample.output) != is_ready


@together
def test_a_run_without_the_page_says_how_to_get_it(pair):
    for one in pair:
        assert not (one.folder / "allure.html").exists()
        assert f"要看时：python -m support report {one.folder}" in one.output
        assert list((one.folder / "allure-results").glob("*-result.json"))


@together
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


@together
def test_no_key_is_left_anywhere(sample):
    assert keys_left_in(sample.folder) == {}
    assert not SECRETS.search(sample.output.encode())
    assert "台词用内置模板" in sample.output


@together
def test_the_report_can_be_judged_again_offline(sample):
    from support.oracles import leaks
    from support.running.merge import merge

    events, records = merge(sorted((sample.folder / "workers").iterdir()))
    verdict = leaks.check(events, leaks.manifest(events))
    assert verdict.outcome.value == "通过"
    assert verdict.examined > 1000
    assert len(records) == len(sample.results["scenarios"])


@together
def test_the_costs_of_set_up_and_tear_down_are_measured(sample):
    assert sample.results["run"]["setup_median_ms"] > 0
    assert sample.results["run"]["teardown_median_ms"] > 0


@pytest.mark.parametrize(
    ("acks", "chosen"), [(False, ()), (True, only(*SOME))], ids=["不理人", "只确认"]
)
async def test_a_target_that_never_replies(tmp_path, acks, chosen):
    config = make_config(tmp_path / "c.toml", ("reply = 8.0", "reply = 0.2"))
    async with poor_target(acks=acks) as addresses:
        options = ("--config", str(config), *addresses.options, *chosen)
        done = await asyncio.to_thread(run, tmp_path / "r", *options)
    assert done.code == 1, done.output
    assert "违反" in done.verdicts("DAILY-01")
    assert done.verdicts("HIST-01") == {"无法判定"}
    assert "目标从未回过一句话" in done.output
    assert done.total("sent") == done.total("lost") > 0
    assert done.total("acked") == (done.total("sent") if acks else 0)
    assert "丢失" in (done.folder / "report.txt").read_text("utf-8")


async def test_a_target_whose_model_is_elsewhere_is_told_how_to_mend_it(tmp_path):
    config = make_config(tmp_path / "c.toml", ("reply = 8.0", "reply = 0.5"))
    async with poor_target(acks=True, answers=True) as addresses:
        options = ("--config", str(config), *addresses.options, *only("HIST-01", "DELIV-01"))
        done = await asyncio.to_thread(run, tmp_path / "r", *options)
    assert done.code == 3, done.output
    assert done.verdicts("HIST-01") == done.verdicts("DELIV-01") == {"无法判定"}
    assert "没有指到观察站" in done.output
    assert "改法：把部署的大模型地址写成 http://127.0.0.1:" in done.output


@pytest.fixture
def server(tmp_path):
    """一台手工起的参考服务，充当外部目标。"""
    reference = Reference(
        model_url="http://127.0.0.1:9/v1",
        data=tmp_path / "data",
        log=tmp_path / "log",
        level="WARNING",
    )
    reference.start(10)
    yield reference
    reference.stop(5)


def aimed_at(server: Reference) -> tuple[str, ...]:
    ready = server.ready
    return ("--control-url", ready["control_url"], "--server-url", ready["message_url"])


def tenants_left(server: Reference) -> int:
    with urllib.request.urlopen(f"{server.ready['control_url']}/api/v2/tenants") as answer:
        return json.load(answer)["data"]["total"]


def test_a_target_that_dies_in_the_middle(tmp_path, server):
    done = run_until(tmp_path / "r", "[3/", lambda _: server.kill(), *aimed_at(server))
    assert done.code == 4, done.output
    totals = done.results["totals"]
    assert totals["通过"] >= 1
    assert totals["无法判定"] >= 1
    assert totals["违反"] == 0
    assert "一直连不上" in done.output
    assert done.results["leftovers"] != [] or totals["通过"] >= 3
    assert "Traceback" not in done.output


def test_an_external_target_is_not_restarted_and_is_left_clean(tmp_path, server):
    done = run(tmp_path / "r", *aimed_at(server), *only("HIST-01", "HIST-03"))
    assert done.code == 0, done.output
    assert done.verdicts("HIST-01") == {"通过"}
    assert done.verdicts("HIST-03") == {"跳过"}
    (skipped,) = (one for one in done.results["scenarios"] if one["id"] == "HIST-03")
    assert (skipped["duration_s"], skipped["evidence"]["events"]) == (pytest.approx(0, abs=0.01), 0)
    assert done.results["run"]["target"]["kind"] == "真实部署"
    assert tenants_left(server) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_cleans_up_and_reports(tmp_path, server, number):
    options = (*aimed_at(server), "--workers", "2")
    done = run_until(tmp_path / "r", "[5/", lambda p: p.send_signal(number), *options)
    assert done.code == 130, done.output
    assert done.results["run"]["interrupted"]
    assert not done.results["run"]["valid"]
    assert 5 <= len(done.results["scenarios"]) < done.results["run"]["planned"]
    assert tenants_left(server) == 0
    assert (done.folder / "report.txt").exists()


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> list[Finished]:
    """同一个种子的两次运行，同时跑。"""
    folders = [tmp_path_factory.mktemp(name) for name in ("甲", "乙")]
    started = [start(folder, "--seed", "7", *only(*QUICK)) for folder in folders]
    return [finish(process, folder) for process, folder in zip(started, folders, strict=True)]


@together
def test_two_runs_at_the_same_time_do_not_meet(pair):
    assert [one.code for one in pair] == [0, 0], pair[0].output + pair[1].output
    ports = {one.results["run"]["target"]["control_url"] for one in pair}
    assert len(ports) == 2


@together
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
