"""一次运行：备好目录与服务、派出工作进程、合账、出报告、给退出码。

职责：把各部件按次序接起来。不做什么：各部件的活。数据的路：
计划 → 服务 → 工作进程（台账、场景记录）→ 合账 → 结果 → 报告。
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from support import __version__, results
from support.client.transports import TRANSPORTS, require_transport
from support.config import Config, load_config
from support.errors import ConfigError
from support.known import refuse_unknown
from support.model import Event
from support.play.opening import ROOT, new_run_id
from support.records import Scene
from support.reports.pipeline import plainly, publish, write_results
from support.reports.renderer import Report
from support.reports.wording import aimed
from support.running.console import LiveProgress
from support.running.merge import write_ledger
from support.running.plan import plan
from support.running.rejudge import judged
from support.running.workers import Assignment, Ended, run_workers
from support.schemas import ResultsKind
from support.targets.aim import aim, guard_remote_load, pool_keys, require_reachable
from support.targets.embedded import Endpoints, running
from support.targets.profile import profile_of

#: 运行方式 → 标签表达式。
MODES = {
    "all": "not @在建",
    "scenarios": "@对话 and not @并发 and not @在建",
    "concurrent": "@对话 and @并发 and not @在建",
}


@dataclass(frozen=True, slots=True)
class Options:
    """命令行给的选项；None 表示听配置的。"""

    mode: str
    target: str | None
    config: Path
    concurrent_users: int | None
    server_url: str | None
    control_url: str | None
    output: Path | None
    seed: int
    workers: int
    tags: tuple[str, ...]
    report_dir: Path | None
    pace: float | None
    log_level: str | None
    allow_remote_load: bool
    page: bool


def run(options: Options, console: Console) -> int:
    """跑一次，返回退出码。"""
    config = aim(
        load_config(options.config),
        options.control_url,
        options.server_url,
        local=options.target,
    )
    if options.log_level:
        config = replace(config, settings=replace(config.settings, log_level=options.log_level))
    users = options.concurrent_users or config.settings.concurrent_users
    guard_remote_load(config, users, allowed=options.allow_remote_load)
    if config.known:
        refuse_unknown(config.path, config.known, plan(ROOT, []))
    scenes = plan(ROOT, [MODES[options.mode], *options.tags])
    if not scenes:
        raise ConfigError(
            "--tags",
            found="、".join(options.tags) or options.mode,
            allowed="至少选中一个场景",
            fix="去掉 --tags，或看 features/ 里有哪些标签",
        )
    if profile_of(config.target).registry == "pool":
        pool_keys(config)
    require_transport(profile_of(config.target).transport, str(config.path))
    require_reachable(config)
    run_dir = _run_dir(options.report_dir or config.report.dir)
    return _Run(options, config, users, scenes, run_dir, console).execute()


def _run_dir(base: Path) -> Path:
    run_dir = base.resolve() / new_run_id(datetime.now())
    try:
        run_dir.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(
            "--report-dir", found=str(base), allowed="可写的目录",
            fix=f"换一个目录或改权限（{error.strerror}）",
        ) from None  # fmt: skip
    return run_dir


class _Run:
    """正在进行的一次运行。"""

    def __init__(
        self,
        options: Options,
        config: Config,
        users: int,
        scenes: Sequence[Scene],
        run_dir: Path,
        console: Console,
    ) -> None:
        self._options, self._config, self._users = options, config, users
        self._scenes, self._run_dir, self._console = scenes, run_dir, console
        self._notes: list[str] = []

    def execute(self) -> int:
        """跑完并出报告。"""
        started, began = datetime.now().astimezone(), time.monotonic()
        try:
            with running(self._config, self._run_dir / "servers") as endpoints:
                self._announce(endpoints)
                ended = self._work(endpoints)
        except KeyboardInterrupt:
            ended, endpoints = Ended(True, False, ()), None
        if ended.timed_out:
            self._notes.append(f"超过 {self._config.timeouts.run:g} 秒（[timeouts].run），没有跑完")
        run = self._describe(started, time.monotonic() - began, ended, endpoints)
        outcome, code, events = judged(run, ended.folders)
        return self._publish(outcome, code, events)

    def _announce(self, endpoints: Endpoints) -> None:
        self._console.print(
            f"麦麦多租户规约 {__version__}：{endpoints.name} {endpoints.version}，"
            f"{len(self._scenes)} 个场景，种子 {self._options.seed}"
            f"（服务就绪 {endpoints.startup_s:.2f} 秒）",
            highlight=False,
        )

    def _work(self, endpoints: Endpoints) -> Ended:
        pace = self._options.pace
        assignment = Assignment(
            root=ROOT,
            run_dir=self._run_dir,
            run_id=self._run_dir.name,
            config=self._options.config.resolve(),
            seed=self._options.seed,
            pace=self._config.settings.pace if pace is None else pace,
            concurrent_users=self._users,
            target=self._options.target,
            control_url=self._options.control_url,
            server_url=self._options.server_url,
            endpoints=endpoints,
        )
        with LiveProgress(len(self._scenes), self._console) as live:
            return run_workers(
                assignment,
                self._scenes,
                self._workers(),
                deadline_s=self._config.timeouts.run,
                hear=self._noting(live),
            )

    def _workers(self) -> int:
        most = profile_of(self._config.target).most_workers or self._options.workers
        return min(self._options.workers, most, len(self._scenes))

    def _noting(self, live: LiveProgress) -> Any:
        def hear(kind: str, text: str) -> None:
            if kind == "notice" and text not in self._notes:
                self._notes.append(text)
                live.hear(kind, text)
            elif kind != "notice":
                live.hear(kind, text)

        return hear

    def _describe(
        self, started: datetime, duration_s: float, ended: Ended, endpoints: Endpoints | None
    ) -> results.Run:
        target = self._config.target
        return results.Run(
            id=self._run_dir.name,
            seed=self._options.seed,
            mode=self._options.mode,
            started=started.isoformat(timespec="seconds"),
            duration_s=round(duration_s, 3),
            suite_version=__version__,
            command=shlex.join(["python", "-m", "support", *sys.argv[1:]]),
            target={
                "kind": "内置参考服务" if target.kind == "embedded" else "真实部署",
                "profile": target.profile,
                "name": endpoints.name if endpoints else target.name,
                "version": endpoints.version if endpoints else "未知",
                "control_url": endpoints.control_url if endpoints else "",
                "server_url": endpoints.message_url if endpoints else "",
            },
            transport=TRANSPORTS[profile_of(target).transport].title,
            capabilities=target.capabilities,
            planned=len(self._scenes),
            workers=self._workers(),
            interrupted=ended.interrupted,
            startup_s=round(endpoints.startup_s, 3) if endpoints else 0.0,
            patience_s=self._config.timeouts.reply,
            concurrent_users=self._users,
            tags=self._options.tags,
            knobs=aimed({**asdict(self._options), "config": self._options.config.resolve()}),
            known=self._config.known,
            notes=tuple(self._notes),
        )

    def _publish(self, outcome: dict[str, Any], code: int, events: Sequence[Event]) -> int:
        write_ledger(self._run_dir / "ledger.jsonl", events)
        write_results(self._run_dir / "results.json", outcome)
        if self._options.output is not None:
            write_results(self._options.output, outcome)
        history, page = self._config.report.history, self._options.page
        report = Report(ResultsKind.RUN, outcome, self._run_dir, history, page)
        return publish(report, plainly(self._console), code)
