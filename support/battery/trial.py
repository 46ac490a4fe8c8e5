"""对一个变异体跑一次：起那台写错的服务，跑点了名的规格，读它留下的痕迹。

职责：起服务、跑场景、并账。不做什么：不判下场（`verdict`），不安排先后（`battery`）。
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from support.battery.verdict import Case, Fate, Judged, judge, outcomes
from support.config import Config
from support.errors import SuiteError
from support.oracles import leaks as watch
from support.play.opening import ROOT
from support.records import Scene
from support.running.merge import merge
from support.running.workers import Assignment, Ended, run_workers
from support.targets.embedded import Endpoints, reference
from support.targets.process import Launch

#: 写错的服务可能永远不回话；内嵌服务几十毫秒就回，等满配置里的秒数是白等。
PATIENCE_S = 3.0
#: 一个变异体最多跑多少秒：一个场景里就算处处等到耐心用完也够；复原的那一遍听配置的。
_DEADLINE_S, _SCENE_S = 120.0, 60.0

Started = Callable[[Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Ground:
    """每次试验共用的东西：配置、观察站、放东西的目录、种子、进程从哪里来。"""

    config: Config
    endpoints: Endpoints
    folder: Path
    run_id: str
    seed: int
    launch: Launch


def try_mutant(
    ground: Ground,
    case: Case,
    number: int,
    scenes: Sequence[Scene],
    related: frozenset[str],
    started: Started,
) -> Judged:
    """对第 `number` 个变异体跑 `scenes`。

    `related` 是看守它所破坏性质的规格，红了在情理之中；`started` 收到让它提前收场的函数。
    """
    began = time.monotonic()
    folder = ground.folder / case.name
    folder.mkdir(parents=True)
    trace = folder / "trace"
    trace.touch()
    options = ("--mutant", case.name, "--trace", str(trace))
    planned = Counter(scene.id for scene in scenes)
    try:
        ended = _run(ground, number, folder, options, scenes, 1, started)
    except SuiteError as error:
        took = time.monotonic() - began
        return Judged(case, Fate.CRASHED, (str(error),), outcomes([], planned), 0, took)
    events, records = merge(ended.folders)
    leaks, _ = watch.find_leaks(events, watch.manifest(events))
    leaking = {leak.event.scenario.partition("#")[0] for leak in leaks}
    return judge(
        case,
        outcomes(records, planned),
        trace=trace.read_text("ascii"),
        explained=related | leaking,
        duration_s=time.monotonic() - began,
    )


def run_clean(
    ground: Ground,
    scenes: Sequence[Scene],
    workers: int,
    hear: Callable[[str, str], None],
) -> Ended:
    """复原：没写错的服务上跑同样的规格。"""
    folder = ground.folder / "clean"
    return _run(ground, 0, folder, (), scenes, workers, lambda interrupt: None, hear)


def _run(
    ground: Ground,
    number: int,
    folder: Path,
    options: tuple[str, ...],
    scenes: Sequence[Scene],
    workers: int,
    started: Started,
    hear: Callable[[str, str], None] = lambda kind, text: None,
) -> Ended:
    folder.mkdir(parents=True, exist_ok=True)
    mutated = _DEADLINE_S + _SCENE_S * len(scenes)
    deadline = mutated if options else ground.config.timeouts.run
    base = replace(ground.endpoints, serve_options=options)
    log = folder / "reference.log"
    with reference(
        ground.config, base.model_url, log, extra=options, launch=ground.launch
    ) as server:
        assignment = Assignment(
            root=ROOT,
            run_dir=folder,
            run_id=f"{ground.run_id}-{number}",
            config=ground.config.path,
            seed=ground.seed,
            pace=0.0,
            concurrent_users=ground.config.settings.concurrent_users,
            control_url=None,
            server_url=None,
            endpoints=server.endpoints(base),
            patience=PATIENCE_S if options else None,
            allure=False,
        )
        return run_workers(
            assignment,
            scenes,
            workers,
            deadline_s=deadline,
            hear=hear,
            started=started,
            launch=ground.launch,
        )
