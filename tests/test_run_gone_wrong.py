"""端到端：把事情弄坏，看一次运行怎么收场。"""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.request
from pathlib import Path

import pytest

from support.targets.embedded import Reference
from tests.poor_target import poor_target
from tests.runs import SOME, make_config, only, run, run_until

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("acks", "chosen", "patience"),
    # 确认要数得一句不少：耐心之内到得了；不理人的，等多久都一样。
    [(False, (), 0.2), (True, only(*SOME), 2.0)],
    ids=["不理人", "只确认"],
)
async def test_a_target_that_never_replies(tmp_path, acks, chosen, patience):
    config = make_config(tmp_path / "c.toml", ("reply = 8.0", f"reply = {patience}"))
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
    config = make_config(tmp_path / "c.toml", ("reply = 8.0", "reply = 2.0"))
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
    reference.start(60)
    yield reference
    reference.stop(5)


def aimed_at(server: Reference) -> tuple[str, ...]:
    ready = server.ready
    return ("--control-url", ready["control_url"], "--server-url", ready["message_url"])


def tenants_left(server: Reference) -> int:
    with urllib.request.urlopen(f"{server.ready['control_url']}/api/v2/tenants") as answer:
        return json.load(answer)["data"]["total"]


def answered_in(reports: Path) -> set[str]:
    """正在进行的运行里，哪几条规格已经有人得到过回复。"""
    ledgers = [path.read_text("utf-8") for path in reports.glob("*/workers/*/ledger.jsonl")]
    rows = [json.loads(line) for text in ledgers for line in text.split("\n")[:-1]]
    return {row["scenario"].partition("#")[0] for row in rows if row["kind"] == "heard"}


def test_a_target_that_dies_in_the_middle(tmp_path, server):
    """两个工作进程各跑完一条短的，再各聊一场聊不完的；两场都聊开了才杀，便都断在半路。"""
    endless = [(f"message_count = {count}\n", "message_count = 5000\n") for count in (15, 20)]
    config = make_config(tmp_path / "c.toml", *endless)
    short, cut, later = ("DAILY-02", "DAILY-03"), ("TEACH-01", "TECH-01"), ("HIST-01", "HIST-02")
    chosen = ("--workers", "2", *only(*short, *cut, *later))

    def kill(process):
        while process.poll() is None and not answered_in(tmp_path / "r") >= set(cut):
            pass
        server.kill()

    options = ("--config", str(config), *aimed_at(server), *chosen)
    done = run_until(tmp_path / "r", "[2/", kill, *options)
    assert done.code == 4, done.output
    assert [done.verdicts(spec) for spec in short] == [{"通过"}] * 2
    assert [done.verdicts(spec) for spec in (*cut, *later)] == [{"无法判定"}] * 4
    assert "一直连不上" in done.output
    assert done.results["leftovers"] != []
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
