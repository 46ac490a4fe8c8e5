"""端到端的压测：内置服务、真的连接，跑一两秒；再把事情弄坏，看它怎么收场。"""

from __future__ import annotations

import importlib.util
import json
import re
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.cli import main
from support.load.journal import What, read_journal
from support.targets.embedded import Reference
from tests.runs import Finished, load, load_until, make_config, steady

SHORT = ("--rate", "40", "--warmup", "0.5", "--duration", "1.5")
SECRETS = re.compile(rb"mmc_[A-Za-z0-9+/=_-]{8}|sk-[A-Za-z0-9_-]{8}")


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Finished:
    """一次好好跑完的压测。"""
    folder = tmp_path_factory.mktemp("load")
    return load(folder, *SHORT, *steady(folder / "load.toml"), "--threshold", "越界 = 0")


def test_a_clean_run_passes_and_every_line_is_accounted_for(clean):
    assert clean.code == 0, clean.output
    results = clean.results
    assert results["run"]["valid"]
    assert results["verdict"] == "通过"
    totals = results["totals"]
    for row in (totals, *results["tenants"]):
        assert row["sent"] == row["acked"] == row["replied"]
        assert row["lost"] == row["refused"] == row["foreign"] == row["duplicated"] == 0
        assert 0 < row["latency"]["p50"] <= row["latency"]["p99"] <= row["latency"]["max"]
    for group in ("tenants", "scenarios", "platforms"):
        assert sum(row["sent"] for row in results[group]) == totals["sent"]
    assert sum(row["sent"] for row in results["seconds"]) == totals["sent"]
    assert results["run"]["leftovers"] == results["findings"] == []


def test_the_journal_on_disk_says_the_same(clean):
    events = read_journal(clean.folder / "load" / "0" / "events.bin")
    said = {int(row["line"]) for row in events if row["kind"] == What.SAID}
    heard = [int(row["line"]) for row in events if row["kind"] == What.HEARD]
    assert len(said) == clean.results["totals"]["sent"] > 20
    assert sorted(heard) == sorted(said)


def test_replies_and_prompts_are_all_scanned(clean):
    assert clean.results["scan"]["scanned"] >= 2 * clean.results["totals"]["replied"]


def test_no_key_is_left_anywhere(clean):
    files = [path for path in clean.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if SECRETS.search(path.read_bytes())] == []
    assert not SECRETS.search(clean.output.encode())


def test_a_leaking_target_is_caught(tmp_path):
    port = _free_port()
    config = make_config(tmp_path / "c.toml", ('"127.0.0.1:0"', f'"127.0.0.1:{port}"'))
    with _server(tmp_path, f"http://127.0.0.1:{port}/v1", "history_by_group_number") as server:
        done = load(
            tmp_path / "r", "--config", str(config), "--tenants", "2", *_aimed(server), *SHORT
        )
        assert _tenants_left(server) == 0
    assert done.code == 1, done.output
    assert done.results["verdict"] == "违反"
    assert done.results["totals"]["foreign"] > 0
    for finding in done.results["findings"]:
        assert finding["owner"] != finding["observer"]
        assert finding["times"] > 0
        assert finding["evidence"]


def test_a_target_that_dies_in_the_middle(tmp_path):
    with _server(tmp_path, "http://127.0.0.1:9/v1") as server:
        done = load_until(
            tmp_path / "r", 10, lambda _: server.kill(), *_aimed(server),
            "--rate", "40", "--duration", "600", "--abort-on", "错误 > 0",
        )  # fmt: skip
    assert done.code in (1, 3), done.output
    assert "错误 > 0 成立" in done.results["run"]["aborted"]
    totals = done.results["totals"]
    assert totals["sent"] == totals["replied"] + totals["lost"] + totals["refused"]
    assert totals["replied"] >= 10
    assert totals["lost"] >= totals["errors"] > 0
    assert "Traceback" not in done.output
    assert done.results["run"]["leftovers"] != []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_reports_what_it_has(tmp_path, number):
    with _server(tmp_path, "http://127.0.0.1:9/v1") as server:
        done = load_until(
            tmp_path / "r", 10, lambda process: process.send_signal(number), *_aimed(server),
            "--rate", "40", "--duration", "600",
        )  # fmt: skip
        assert _tenants_left(server) == 0
    assert done.code == 130, done.output
    results = done.results
    assert results["run"]["interrupted"]
    assert results["verdict"] != "通过"
    assert results["totals"]["replied"] >= 10
    # 说定 600 秒，没有真的说那么久：要收场就收场。
    assert len(results["seconds"]) < 300
    assert (done.folder / "report.txt").exists()


def test_a_dry_run_sends_nothing(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        there = (
            "--control-url",
            f"http://127.0.0.1:{port}",
            "--server-url",
            f"ws://127.0.0.1:{port}",
        )
        code = main(["load", "--dry-run", "--report-dir", str(tmp_path / "r"), *there, *SHORT])
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert code == 0
    out = capsys.readouterr().out
    assert "大约 80 句" in out
    assert "没有发出任何东西" in out
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("", "--profile"),
        ('[profiles.mine]\nthresholds = ["快一点"]', "快一点"),
        ('[profiles.mine]\nabort_on = ["p99 > 1 s"]', "p99 > 1 s"),
        ("[profiles.mine]\nrate = -1", "rate"),
        ('[profiles.mine.weights]\n"技术讨论群" = -3', "技术讨论群"),
        ("[profiles.mine]\nspeed = 3", "speed"),
    ],
    ids=["没有这一套", "条件", "停下的条件", "数", "分量", "没有这个键"],
)
def test_a_wrong_profile_is_told_in_chinese(tmp_path, capsys, profile, told):
    path = tmp_path / "load.toml"
    path.write_text(profile, "utf-8")
    options = ["--load-file", str(path), "--profile", "mine", "--report-dir", str(tmp_path / "r")]
    assert main(["load", *options]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "改法：" in err
    assert not (tmp_path / "r").exists()


def test_a_weight_for_no_scenario_is_told_before_anything_starts(tmp_path, capsys):
    path = tmp_path / "load.toml"
    path.write_text('[profiles.mine.weights]\n"没有的场景" = 3', "utf-8")
    options = ["--load-file", str(path), "--profile", "mine", "--report-dir", str(tmp_path / "r")]
    assert main(["load", *options]) == 2
    err = capsys.readouterr().err
    assert "没有的场景" in err
    assert "技术讨论群" in err
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("module", "options", "extra"),
    [
        ("numpy", (), "load"),
        ("hdrh", (), "load"),
        ("distributed", ("--cluster", "local:2"), "cluster"),
    ],
)
def test_a_missing_extra_names_the_command_to_install_it(
    monkeypatch, capsys, tmp_path, module, options, extra
):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == module else find(name, *rest),
    )
    assert main(["load", "--report-dir", str(tmp_path / "r"), *options]) == 2
    assert f'pip install "maibot-tenancy-spec[{extra}]"' in capsys.readouterr().err


@contextmanager
def _server(folder: Path, model_url: str, mutant: str = "") -> Iterator[Reference]:
    """一台手工起的参考服务，充当外部目标；`mutant` 点名写错哪一处。"""
    server = Reference(
        model_url=model_url,
        data=folder / "data",
        log=folder / "server.log",
        level="WARNING",
        extra=("--mutant", mutant) if mutant else (),
    )
    server.start(60)
    try:
        yield server
    finally:
        server.stop(10)


def _aimed(server: Reference) -> tuple[str, ...]:
    ready = server.ready
    return ("--control-url", ready["control_url"], "--server-url", ready["message_url"])


def _tenants_left(server: Reference) -> int:
    with urllib.request.urlopen(f"{server.ready['control_url']}/api/v2/tenants") as answer:
        return json.load(answer)["data"]["total"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_target_whose_prompts_nobody_sees_proves_nothing(tmp_path):
    elsewhere = ('public_url = "null"', 'public_url = "http://127.0.0.1:9/v1"')
    config = make_config(tmp_path / "elsewhere.toml", elsewhere)
    bare = tmp_path / "load.toml"
    bare.write_text("[profiles.bare]\n", "utf-8")  # 没有过关条件：只剩越界一样要判
    profile = ("--load-file", str(bare), "--profile", "bare")
    done = load(tmp_path / "r", "--config", str(config), *profile, *SHORT)
    assert done.code == 3, done.output
    assert done.results["totals"]["replied"] > 0
    assert done.results["verdict"] == "无法判定"
    assert "一份提示词也没有看见" in done.output
