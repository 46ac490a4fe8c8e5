"""端到端：整份规格在内置参考服务上跑一遍，看它留下的东西；再把事情弄坏，看它怎么收场。"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import urllib.request
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from support.ledger import read_events
from support.model import Kind
from support.targets.embedded import Reference
from tests.poor_target import poor_target
from tests.runs import Finished, finish, make_config, run, run_until, start

LLM_KEY = "sk-test-0123456789abcdef0123456789"
SECRETS = re.compile(rb"mmc_[A-Za-z0-9+/=]{24,}|sk-maispec-[0-9a-f]{16,}|" + LLM_KEY.encode())
REFUSING = {"KEY", "BADGE", "CLAIM", "LIFE", "REMOVE", "ACCOUNT"}
QUICK = ("--tags", "@HIST-01 or @KEY-01 or @DELIV-01")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Finished:
    """全部规格，两个工作进程；大模型配了密钥而连不上，台词退回模板。"""
    folder = tmp_path_factory.mktemp("whole")
    config = make_config(
        folder / "配置.toml",
        ('api_base = "null"', 'api_base = "http://127.0.0.1:9/v1"'),
        ('api_key = "null"', f'api_key = "{LLM_KEY}"'),
        ('log_level = "INFO"', 'log_level = "DEBUG"'),
    )
    options = ("--config", str(config), "--seed", "5", "--workers", "2")
    return run(folder / "reports", *options, "--output", str(folder / "另存.json"))


def test_the_whole_specification_holds(whole):
    assert whole.code == 0, whole.output
    run_facts = whole.results["run"]
    assert run_facts["valid"]
    assert run_facts["planned"] == run_facts["ran"] == len(whole.results["scenarios"])
    assert run_facts["target"]["kind"] == "内置参考服务"
    assert whole.results["findings"] == []
    assert whole.results["leftovers"] == []


def test_every_report_counts_the_same_scenarios(whole):
    count = len(whole.results["scenarios"])
    allure = list((whole.folder / "allure-results").glob("*-result.json"))
    junit = [
        case
        for path in (whole.folder / "junit").glob("*.xml")
        for case in ElementTree.parse(path).getroot().iter("testcase")
    ]
    assert len(allure) == len(junit) == count
    statuses = {json.loads(path.read_text("utf-8"))["status"] for path in allure}
    assert statuses == {"passed"}
    saved = whole.folder.parent.parent / "另存.json"
    assert json.loads(saved.read_text("utf-8")) == whole.results


def test_every_message_is_accounted_for(whole):
    for tenant in whole.results["tenants"]:
        assert tenant["sent"] == tenant["replied"] + tenant["lost"] + tenant["refused"]
        assert tenant["latency"]["p50"] <= tenant["latency"]["p99"] <= tenant["latency"]["max"]
    assert whole.total("lost") == whole.total("foreign") == whole.total("duplicated") == 0
    events = read_events(whole.folder / "ledger.jsonl")
    refused = [event.scenario for event in events if event.kind is Kind.REFUSED]
    assert whole.total("refused") == len(refused)
    # 只有说身份与注销的规格里才有拒绝，每个场景至多一处
    assert {one.partition("-")[0] for one in refused} <= REFUSING
    assert len(set(refused)) == len(refused)


def test_no_key_is_left_anywhere(whole):
    found = {
        str(path.relative_to(whole.folder)): SECRETS.findall(path.read_bytes())
        for path in whole.folder.rglob("*")
        if path.is_file() and SECRETS.search(path.read_bytes())
    }
    assert found == {}
    assert not SECRETS.search(whole.output.encode())
    assert "台词用内置模板" in whole.output


def test_the_report_can_be_judged_again_offline(whole):
    from support.oracles import leaks
    from support.running.merge import merge

    events, records = merge(sorted((whole.folder / "workers").iterdir()))
    verdict = leaks.check(events, leaks.manifest(events))
    assert verdict.outcome.value == "通过"
    assert verdict.examined > 1000
    assert len(records) == len(whole.results["scenarios"])


def test_the_costs_of_set_up_and_tear_down_are_measured(whole):
    assert whole.results["run"]["setup_median_ms"] > 0
    assert whole.results["run"]["teardown_median_ms"] > 0


@pytest.mark.parametrize("acks", [False, True], ids=["不理人", "只确认"])
async def test_a_target_that_never_replies(tmp_path, acks):
    config = make_config(tmp_path / "c.toml", ("reply = 8.0", "reply = 0.2"))
    async with poor_target(acks=acks) as addresses:
        options = ("--config", str(config), *addresses.options)
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
        options = ("--config", str(config), *addresses.options, "--tags", "@HIST-01 or @DELIV-01")
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
    done = run(tmp_path / "r", *aimed_at(server), "--tags", "@HIST-01 or @HIST-03")
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


def test_two_runs_at_the_same_time_do_not_meet(tmp_path):
    first, second = (start(tmp_path / name, *QUICK) for name in ("甲", "乙"))
    both = [finish(first, tmp_path / "甲"), finish(second, tmp_path / "乙")]
    assert [done.code for done in both] == [0, 0], both[0].output + both[1].output
    ports = {done.results["run"]["target"]["control_url"] for done in both}
    assert len(ports) == 2


def test_the_same_seed_says_the_same_words(tmp_path):
    def words(name: str, seed: str) -> list[str]:
        done = run(tmp_path / name, "--seed", seed, "--tags", "@DAILY-01")
        path: Path = done.folder / "ledger.jsonl"
        rows = map(json.loads, path.read_text("utf-8").splitlines())
        return [row["data"]["words"] for row in rows if row["kind"] == "said"]

    assert words("甲", "7") == words("乙", "7") != words("丙", "8")


def test_selecting_nothing_is_a_usage_error(tmp_path):
    done = run(tmp_path / "r", "--tags", "@没有这样的标签")
    assert done.code == 2
    assert "至少选中一个场景" in done.output
