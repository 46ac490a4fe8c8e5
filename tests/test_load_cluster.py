"""分几片跑：合起来与一片的账一样；真的调度器与工作进程，杀掉一个也说得清。"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.errors import ConfigError, TargetUnreachable
from support.load import outcome
from support.load.cluster import check
from support.load.crew import Clock, _collected, _Post
from support.load.crowd import Resident
from support.load.journal import Journal, What
from support.load.profile import LoadProfile
from support.load.shard import FRAMES, JOURNAL, Played
from support.load.task import Shard
from support.load.thresholds import parse_all
from support.results import load_exit_code
from tests.runs import ROOT, Finished, load, load_until, steady

SHORT = ("--rate", "30", "--warmup", "0.2")


def test_shards_merge_to_what_one_shard_would_count(tmp_path):
    """同一批事：记在一片里，与按住处拆成两片（各用各的单调钟）。"""
    whole = outcome.build(_facts(), [_played(tmp_path / "一片", 0, (0, 1), clock=1000.0)])
    parts = [
        _played(tmp_path / "甲", 0, (0,), clock=50.0),
        _played(tmp_path / "乙", 1, (1,), clock=90000.0),
    ]
    merged = outcome.build(_facts(), parts)
    assert merged == whole
    assert whole["totals"]["sent"] == 300
    for column in ("lost", "duplicated", "refused", "errors", "out_of_order"):
        assert whole["totals"][column] > 0, column


def test_a_lost_shard_can_not_pass(tmp_path):
    parts = [_played(tmp_path / "甲", 0, (0,), clock=50.0)]
    results = outcome.build(_facts("第 2 片没有回来：它的工作进程没了"), parts)
    assert results["verdict"] == "无法判定"
    assert load_exit_code(results) == 3
    assert not results["run"]["valid"]


@pytest.mark.parametrize(
    ("troubles", "expected"),
    [
        ([("连不上", True), ("连不上", True)], None),
        (
            [("连不上", True), ("数据坏了", False)],
            ["第 1 片没有回来：连不上", "第 2 片没有回来：数据坏了"],
        ),
    ],
    ids=["none-reached", "one-reached"],
)  # fmt: skip
async def test_a_target_no_shard_reached_is_unreachable(
    tmp_path: Path, troubles: list[tuple[str, bool]], expected: list[str] | None
) -> None:
    """一片也连不上是目标连不上（退出码 4），不是少了几片。"""
    outpost = pytest.importorskip("support.load.outpost")
    posts = []
    for number, (reason, unreachable) in enumerate(troubles):
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        result.set_result(outpost.Parcel(reason, unreachable=unreachable))
        shard = Shard(LoadProfile(), (), (), run="r", seed=0, nonce=0, number=number)
        posts.append(_Post(shard, "", Clock(0.0, 0.0), result))
    if expected is None:
        with pytest.raises(TargetUnreachable, match="连不上"):
            _collected(posts, {}, 0.0, tmp_path)
        return
    played, doubts = _collected(posts, {}, 0.0, tmp_path)
    assert played == []
    assert [one.partition("；")[0] for one in doubts] == expected


@pytest.mark.parametrize("where", ["local:2", "tcp://127.0.0.1:8786", "tls://far.example:8786"])
def test_where_to_run(where):
    assert check(where, allow_remote=False) == where


@pytest.mark.parametrize(
    "where", ["local:0", "local:", "local:两", "tcp://127.0.0.1", "tcp://a:99999", "8786", ""]
)
def test_where_not_to_run(where):
    with pytest.raises(ConfigError, match="--cluster"):
        check(where, allow_remote=True)


def test_keys_do_not_leave_in_the_clear_unasked():
    far = "tcp://far.example:8786"
    with pytest.raises(ConfigError, match="明文"):
        check(far, allow_remote=False)
    assert check(far, allow_remote=True) == far


@pytest.mark.cluster
@pytest.mark.skipif(not os.environ.get("MAISPEC_CLUSTER"), reason="设 MAISPEC_CLUSTER=1 才跑")
def test_separate_scheduler_and_workers(tmp_path):
    """先好好跑一次，再在跑着的时候强杀一个工作进程。"""
    with (
        _scheduler(tmp_path) as address,
        _worker(address, tmp_path),
        _worker(address, tmp_path) as second,
    ):
        cluster = ("--cluster", address, *SHORT, *steady(tmp_path / "load.toml"))
        done = load(tmp_path / "好好的", *cluster, "--duration", "1")
        assert done.code == 0, done.output
        assert done.results["run"]["cluster"]["shards"] == 2
        assert len(done.results["tenants"]) == 6
        _reconciles(done)

        struck = load_until(
            tmp_path / "少一个", 1, lambda _: second.kill(), *cluster,
            "--duration", "20",
        )  # fmt: skip
        assert struck.code == 3, struck.output
        [reason] = [one for one in struck.results["run"]["invalid_reasons"] if "没有回来" in one]
        assert re.match("第 [12] 片没有回来：它的工作进程", reason)
        assert struck.results["totals"]["replied"] > 0
        assert struck.results["run"]["leftovers"] == []
        assert len(struck.results["tenants"]) == 3
        _reconciles(struck)
        _no_keys(tmp_path)


def test_local_workers_stop_when_told(tmp_path):
    done = load(
        tmp_path / "r", "--cluster", "local:2", *SHORT, "--duration", "600",
        "--abort-on", "拒绝 >= 0",
    )  # fmt: skip
    assert done.code == 1, done.output
    assert "拒绝 >= 0 成立" in done.results["run"]["aborted"]
    # 说定 600 秒，没有真的说那么久：叫停就停。
    assert len(done.results["seconds"]) < 300
    assert not (done.folder / "cluster").exists()


def test_nobody_listens_there(tmp_path):
    done = load(tmp_path / "r", "--cluster", "tcp://127.0.0.1:9", *SHORT, "--duration", "1")
    assert done.code == 4, done.output
    assert "连不上调度器" in done.output
    assert "Traceback" not in done.output


def _facts(*doubts: str) -> outcome.Facts:
    return outcome.Facts(
        run={},
        profile=LoadProfile(warmup=1.0, duration=9.0),
        thresholds=parse_all(("p99 < 2 s",), "测试"),
        residents=tuple(
            Resident(
                tenant=place, name=f"租户{place}", household=f"t{place}", agent="a", platform="qq",
                scenario="聊天", group="", weight=1.0, allowed=(), words=("话",), key="",
            )
            for place in (0, 1)
        ),
        nonce=5,
        doubts=doubts,
    )  # fmt: skip


def _played(folder: Path, number: int, places: tuple[int, ...], *, clock: float) -> Played:
    """300 句话里属于 `places` 的那些，各有各的下场；`clock` 是这台机器开口时的单调钟秒。"""
    journal = Journal(folder / JOURNAL)
    for line in range(300):
        if line % 2 not in places:
            continue
        lane = voice = places.index(line % 2)
        due = clock + line / 32
        answered = due + 0.01 + (line % 7) / 64 + (1.0 if line % 50 == 8 else 0.0)
        journal.add(What.SAID, lane=lane, line=line, at=due, voice=voice, due=due)
        if line % 31 == 0:
            journal.add(What.REFUSED if line % 2 else What.FAILED, lane=lane, line=line, at=due)
        elif line % 29:
            for _ in range(2 if line % 37 == 0 else 1):
                journal.add(What.HEARD, lane=lane, line=line, at=answered)
    journal.close()
    (folder / FRAMES).write_bytes(b"")
    voices = tuple((place, chat) for chat, place in enumerate(places))
    return Played(number, folder, clock, voices, places)


def _reconciles(done: Finished) -> None:
    for row in (done.results["totals"], *done.results["tenants"]):
        assert row["sent"] == row["replied"] + row["lost"] + row["refused"]
    assert done.total("sent") == done.results["totals"]["sent"] > 0
    assert done.total("lost") == done.total("foreign") == done.total("duplicated") == 0


def _no_keys(folder: Path) -> None:
    """密钥不在报告里，也不在工作进程的日志与目录里。"""
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file() and re.search(rb"mmc_[A-Za-z0-9+/=]{8}|sk-maispec-", path.read_bytes())
    ]
    assert found == []


@contextmanager
def _dask(log: Path, line_has: str, *command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """一个 dask 进程；等到它的日志里出现那句话，给出那一行。"""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *command, "--host", "127.0.0.1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stderr is not None
    try:
        yield process, next(line for line in process.stderr if line_has in line)
    finally:
        process.kill()
        log.write_text(process.communicate()[1], "utf-8")


@contextmanager
def _scheduler(folder: Path) -> Iterator[str]:
    options = ("scheduler", "--port", "0", "--no-dashboard")
    with _dask(folder / "scheduler.log", "Scheduler at:", *options) as (_, line):
        yield line.split()[-1]


@contextmanager
def _worker(address: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    place = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
    log = folder / f"worker-{len(list(folder.glob('worker-*')))}.log"
    log.touch()
    with _dask(log, "Registered to:", "worker", address, *place) as (process, _):
        yield process
