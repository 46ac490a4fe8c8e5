"""安排全部变异体：几个一起试，最后在没写错的服务上复原一遍。

职责：选规格、排先后、传达 Ctrl-C、汇总。不做什么：不判下场、不写报告。
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from support.battery.trial import Ground, run_clean, try_mutant
from support.battery.verdict import Case, Fate, Judged, Seen, outcomes
from support.model import Outcome
from support.records import Scene
from support.running.merge import merge


class Audience(Protocol):
    """看进度的人。"""

    def judged(self, judged: Judged) -> None:
        """一个变异体有了下场。"""

    def cleaning(self, planned: int) -> None:
        """开始复原的那一遍。"""

    def hear(self, kind: str, text: str) -> None:
        """复原的那一遍里的一件事。"""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """一次变异检验的全部结果；`clean` 是没写错的服务上每条规格的结论。"""

    judged: tuple[Judged, ...]
    clean: Mapping[str, Seen]
    interrupted: bool

    @property
    def is_proven(self) -> bool:
        """个个已杀，复原之后没有一条红。"""
        return (
            not self.interrupted
            and all(one.fate is Fate.KILLED for one in self.judged)
            and all(seen.outcome is Outcome.HELD for seen in self.clean.values())
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """要试的变异体与可选的规格。`guards` 是每种性质由哪些规格看守；`full` 为真就全跑。"""

    cases: tuple[Case, ...]
    scenes: Mapping[str, tuple[Scene, ...]]
    guards: Mapping[str, frozenset[str]]
    workers: int
    full: bool

    def scenes_for(self, case: Case) -> list[Scene]:
        """这个变异体要跑的场景。"""
        wanted = self.scenes if self.full else dict.fromkeys((*case.killed_by, *case.spares))
        return [scene for spec in wanted for scene in self.scenes[spec]]

    def related(self, case: Case) -> frozenset[str]:
        """看守它所破坏性质的规格。"""
        return frozenset().union(*(self.guards[prop] for prop in case.properties))


def run_battery(plan: Plan, ground: Ground, audience: Audience) -> Outcomes:
    """试完全部变异体，再复原一遍；被打断时已有的下场照样交出来。"""
    judged: list[Judged] = []
    crew = _Crew()
    try:
        for one in _judged(plan, ground, crew):
            judged.append(one)
            audience.judged(one)
        clean = _clean(plan, ground, audience)
    except KeyboardInterrupt:
        return Outcomes(tuple(judged), {}, interrupted=True)
    order = {case.name: number for number, case in enumerate(plan.cases)}
    judged.sort(key=lambda one: order[one.case.name])
    return Outcomes(tuple(judged), clean, interrupted=False)


def _judged(plan: Plan, ground: Ground, crew: _Crew) -> Iterator[Judged]:
    """逐个交出下场，先试完的先交。"""
    with _pool(plan.workers, crew) as pool:
        trials: list[Future[Judged]] = [
            pool.submit(
                crew.work, try_mutant, ground, case, number,
                plan.scenes_for(case), plan.related(case),
            )
            for number, case in enumerate(plan.cases, 1)
        ]  # fmt: skip
        for trial in as_completed(trials):
            yield trial.result()


@contextmanager
def _pool(workers: int, crew: _Crew) -> Iterator[ThreadPoolExecutor]:
    """被打断就请在跑的收场、不再开新的，等它们收拾完才走。"""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="trial")
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        crew.interrupt()
        raise
    finally:
        pool.shutdown(wait=True)


class _Crew:
    """正在跑的各次试验，以及怎样让它们收场。"""

    def __init__(self) -> None:
        self._interrupts: dict[int, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._over = False

    def work(self, trial: Callable[..., Judged], *arguments: object) -> Judged:
        """在工作线程里跑一次试验。"""
        try:
            return trial(*arguments, self._started)
        finally:
            with self._lock:
                self._interrupts.pop(threading.get_ident(), None)

    def _started(self, interrupt: Callable[[], None]) -> None:
        with self._lock:
            self._interrupts[threading.get_ident()] = interrupt
            over = self._over
        if over:
            interrupt()

    def interrupt(self) -> None:
        """请在跑的都收场。"""
        with self._lock:
            self._over = True
            interrupts = list(self._interrupts.values())
        for interrupt in interrupts:
            interrupt()


def _clean(plan: Plan, ground: Ground, audience: Audience) -> dict[str, Seen]:
    """跑过的规格在没写错的服务上再跑一遍。"""
    used = list(plan.scenes) if plan.full else list(
        dict.fromkeys(spec for case in plan.cases for spec in (*case.killed_by, *case.spares))
    )  # fmt: skip
    scenes = [scene for spec in used for scene in plan.scenes[spec]]
    audience.cleaning(len(scenes))
    ended = run_clean(ground, scenes, min(plan.workers, len(scenes)), audience.hear)
    if ended.interrupted:
        raise KeyboardInterrupt
    _, records = merge(ended.folders)
    return outcomes(records, Counter(scene.id for scene in scenes))
