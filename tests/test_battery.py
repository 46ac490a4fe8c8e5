"""变异检验，真的起写错的服务：每种下场都亲眼见过，打断也收得干净。"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import replace

import pytest

from support.battery.battery import Plan, run_battery
from support.battery.command import _parser
from support.battery.trial import Ground, try_mutant
from support.battery.verdict import Case, Fate
from support.config import DEFAULT_CONFIG, load_config
from support.model import Outcome
from support.play.opening import ROOT
from support.reference import mutants
from support.running.plan import plan
from support.targets.embedded import observing
from support.targets.process import nursery
from tests.runs import PATIENCE

pytestmark = pytest.mark.long
NAME = "history_by_group_number"
#: 写在环境变量里的记号，子子孙孙都带着。
MARK = "MAISPEC_TEST_RUN"
#: 与历史无关、便宜的旁证。
BYSTANDER = "TECH-02"


class Quiet:
    """不看进度的人。"""

    def judged(self, judged):
        pass

    def cleaning(self, planned):
        pass

    def hear(self, kind, text):
        pass


def case_of(name: str) -> Case:
    one = mutants.load(name)
    return Case(
        name=name, title=one.title, story=one.story, catalogue=one.catalogue,
        properties=one.properties, killed_by=("HIST-01",), spares=(BYSTANDER,), marks=one.marks,
    )  # fmt: skip


@pytest.fixture(scope="module")
def battery(tmp_path_factory):
    """改一改档案，试同一个变异体几遍；返回各自的下场与复原的一遍。"""
    scenes = defaultdict(tuple)
    for scene in plan(ROOT, ["not @在建"]):
        scenes[scene.id] += (scene,)
    right = case_of(NAME)
    cases = (
        right,
        replace(right, killed_by=("HIST-01", "HIST-05")),
        replace(right, spares=("HIST-02",)),
        replace(right, marks="7"),
        replace(right, name="no_such_mistake"),
    )
    config = load_config(DEFAULT_CONFIG)
    folder = tmp_path_factory.mktemp("battery")
    with observing(config, folder / "servers") as endpoints:
        ground = Ground(config, endpoints, folder, "test", 1, nursery())
        whole = run_battery(
            Plan((right,), scenes, defaultdict(frozenset), 1, full=False, whole=False),
            replace(ground, folder=folder / "0"),
            Quiet(),
        )
        judged = [
            try_mutant(
                replace(ground, folder=folder / str(number)),
                case,
                number,
                [row for spec in (*case.killed_by, *case.spares) for row in scenes[spec]],
                frozenset(),
                lambda interrupt: None,
            )
            for number, case in enumerate(cases[1:], 1)
        ]
    return whole, [*whole.judged, *judged]


@pytest.mark.parametrize(
    ("number", "fate"),
    [
        (0, Fate.KILLED),
        (1, Fate.SURVIVED),
        (2, Fate.OVERKILL),
        (3, Fate.INVALID),
        (4, Fate.CRASHED),
    ],
)
def test_each_fate_is_told_apart(battery, number, fate):
    _, judged = battery
    assert judged[number].fate is fate, judged[number].reasons


def test_a_killed_mutant_and_a_green_restored_run_are_the_proof(battery):
    whole, _ = battery
    assert all(seen.outcome is Outcome.HELD for seen in whole.clean.values())
    assert whole.is_proven


def command(reports, *options):
    return [sys.executable, "-m", "support", "mutants", "--report-dir", str(reports), *options]


def test_the_command_proves_one_mutant_and_leaves_the_reports(tmp_path):
    done = subprocess.run(
        command(tmp_path, "--mutant", NAME), cwd=ROOT, capture_output=True, text=True,
        encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    folder = (tmp_path / "mutants-latest").resolve()
    results = json.loads((folder / "mutants.json").read_text("utf-8"))
    (one,) = results["mutants"]
    assert one["fate"] == "已杀"
    assert one["reached"] > 0
    assert {one["seen"][spec]["verdict"] for spec in one["killed_by"]} == {"违反"}
    assert "已杀 history_by_group_number" in (folder / "mutants.txt").read_text("utf-8")
    allure = list((folder / "allure-results").glob("*-result.json"))
    assert [json.loads(path.read_text("utf-8"))["status"] for path in allure] == ["passed"]


@pytest.mark.parametrize(("cores", "workers"), [(None, 2), (1, 2), (2, 4), (64, 4)])
def test_how_many_at_once_follows_the_cores(monkeypatch, cores, workers):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert _parser().parse_args([]).workers == workers
    assert _parser().parse_args(["--workers", "9"]).workers == 9


def test_interrupted_it_ends_its_servers_and_reports_what_it_has(tmp_path):
    process = subprocess.Popen(
        command(tmp_path, "--mutant", NAME, "--all"), cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8", start_new_session=True,
        env={**os.environ, MARK: str(tmp_path)},
    )  # fmt: skip
    trace = _wait_for_trace(tmp_path, process)
    assert _still_there(f"{MARK}={tmp_path}")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, output
    assert trace.exists()
    assert _left_for_good(f"{MARK}={tmp_path}") == []
    written = tmp_path / "mutants-latest" / "mutants.json"
    assert json.loads(written.read_text("utf-8"))["run"]["interrupted"] is True


def _wait_for_trace(reports, process):
    """等写错的服务真的走到错处：那时试验正跑着。"""
    while process.poll() is None:
        for trace in reports.glob("mutants-*/trials/*/trace"):
            if trace.stat().st_size:
                return trace
    raise AssertionError(process.stdout.read())


def _still_there(mark: str) -> list[str]:
    """还在跑的、环境变量里带着记号的进程。"""
    listed = subprocess.run(["ps", "axeww"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if mark in line]


def _left_for_good(mark: str) -> list[str]:
    """怎么等都不走的；苗圃要看到父进程没了才走，机器忙时落后一步。"""
    until = time.monotonic() + 60
    while (found := _still_there(mark)) and time.monotonic() < until:
        pass
    return found


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--mutant", "history_by_group_nummer"], "history_by_group_number"),
        (["--kills", "HIST-99"], "HIST-"),
    ],
)
def test_a_wrong_option_is_told_with_the_nearest_right_one(tmp_path, options, told):
    done = subprocess.run(
        command(tmp_path, *options), cwd=ROOT, capture_output=True, text=True,
        encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []
