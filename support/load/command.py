"""``python -m support load``：压测，越界的审计一直开着。

职责：读选项、试算、起服务、出报告、定退出码。不做什么：不收发、不判卷。
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from support import __version__
from support.arguments import Parser, factor, natural, path, whole
from support.client.transports import TRANSPORTS, require_transport
from support.config import DEFAULT_CONFIG, Config, load_config
from support.errors import ConfigError
from support.load import limits, modes
from support.load.arrivals import expected
from support.load.lodging import weights_of
from support.load.profile import (
    ARRIVALS,
    DEFAULT_FILE,
    LoadProfile,
    adjusted,
    describe,
    load_profile,
)
from support.load.thresholds import Threshold, parse_all
from support.play.opening import new_run_id
from support.reports.pipeline import plainly, publish, write_results
from support.reports.renderer import Report
from support.results import load_exit_code
from support.schemas import ResultsKind
from support.targets.aim import aim, guard_remote_load, require_reachable
from support.targets.embedded import Endpoints, running
from support.targets.profile import profile_of

_EXAMPLES = """例子：
  python -m support load                                      平日的强度，约十秒
  python -m support load --profile rising                     越来越多（configs/load.toml 里的一节）
  python -m support load --rate 50 --duration 30              每秒 50 句，30 秒
  python -m support load --concurrent-users 200 --profile closed
  python -m support load --threshold "p99 < 1 s" --abort-on "越界 > 0"
  python -m support load --dry-run --rate 100 --duration 600  只算要发多少，不发
  python -m support --mode concurrent --rate 50               同 load --rate 50

退出码：0 过关 · 1 有越界或没过关 · 2 用法错误 · 3 判不了（没有样本、账对不上、少了一片）
        · 4 目标连不上 · 130 被打断（已有的照样出报告）
"""
_PROMPT_CHARS = 900


def main(arguments: Sequence[str]) -> int:
    """跑一次压测，返回退出码。"""
    options = parser().parse_args(arguments)
    limits.require_extra()
    if options.cluster is not None:
        limits.require_cluster()
    profile = _profile(options)
    config = aim(
        load_config(options.config),
        options.control_url,
        options.server_url,
        local=options.target,
    )
    console = Console()
    weights_of(config, profile)
    thresholds = parse_all(profile.thresholds, f"{options.load_file} thresholds")
    thresholds += parse_all(options.threshold, "命令行 --threshold")
    abort_on = _live(parse_all(profile.abort_on, f"{options.load_file} abort_on"))
    abort_on += _live(parse_all(options.abort_on, "命令行 --abort-on"))
    if options.cluster is not None:
        from support.load.cluster import check, knock

        check(options.cluster, allow_remote=options.allow_remote_load)
    if options.dry_run:
        console.print(
            _estimate(profile, config, modes.unpriced(options)), highlight=False, soft_wrap=True
        )
        return 0
    most = modes.most_at_once(options, profile)
    guard_remote_load(config, most, allowed=options.allow_remote_load)
    modes.check(options, profile, config)
    require_transport(profile_of(config.target).transport, str(config.path))
    require_reachable(config)
    if options.cluster is not None:
        knock(options.cluster)
    lanes = len(config.scenarios) * max(profile.tenants, 1)
    limits.raise_open_files(lanes)
    return _run(options, config, profile, thresholds, abort_on, console)


def parser() -> Parser:
    """``load`` 的全部选项。"""
    made = Parser(
        prog="python -m support load",
        description="按定好的节奏说话，句句记账，越界的审计一直开着。",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("--profile", metavar="名字", help="强度，configs/load.toml 里的一节（缺省 daily）")
    add("--load-file", type=path, default=DEFAULT_FILE, metavar="文件", help="强度写在哪里")
    add("--rate", type=factor, metavar="句每秒", help="开放式：每秒说几句")
    add(
        "--arrival",
        metavar="样子",
        help="话怎样到来：closed、constant、poisson、ramp、steps、burst",
    )
    add("--duration", type=factor, metavar="秒", help="计入的秒数（热身另算）")
    add("--warmup", type=factor, metavar="秒", help="热身的秒数")
    add("--concurrent-users", type=natural, metavar="人数", help="一共几位用户")
    add("--tenants", type=natural, metavar="份数", help="配置里每家租户开几家")
    add("--threshold", action="append", default=[], metavar="条件", help='过关条件，如 "p99 < 2 s"')
    add("--abort-on", action="append", default=[], metavar="条件", help="成立就提前停下")
    add("--cluster", metavar="哪里", help="分几片跑：local:2，或 dask 调度器 tcp://主机:8786")
    modes.add_options(add)
    add(
        "--serve-option",
        action="append",
        default=[],
        metavar="选项",
        help="内嵌服务另加的启动选项，如 --serve-option=--mutant=名字",
    )
    add("--config", type=path, default=DEFAULT_CONFIG, metavar="文件", help="配置文件")
    add("--target", choices=("maibot", "maibot-legacy"), help="测 target 命令起好的本机实例")
    add("--server-url", metavar="地址", help="消息面地址")
    add("--control-url", metavar="地址", help="管理面地址")
    add("--seed", type=whole, default=0, metavar="整数", help="时刻与台词的种子（缺省 0）")
    add("--report-dir", type=path, metavar="目录", help="报告放哪里（缺省听配置的）")
    add("--output", type=path, metavar="文件", help="另存一份 results.json")
    add("--allow-remote-load", action="store_true", help="允许对非本机目标加这么大的压")
    add("--no-page", dest="page", action="store_false", help="不生成 Allure 网页，省几秒")
    add("--dry-run", action="store_true", help="只算要发多少、大约花多少钱，不发")
    return made


def _profile(options: argparse.Namespace) -> LoadProfile:
    profile = load_profile(options.load_file, options.profile or modes.usual_profile(options))
    profile = adjusted(
        profile,
        rate=options.rate,
        arrival=options.arrival,
        duration=options.duration,
        warmup=options.warmup,
        users=options.concurrent_users,
        tenants=options.tenants,
    )
    if profile.arrival not in ARRIVALS:
        raise ConfigError(
            "命令行",
            key="--arrival",
            found=profile.arrival,
            allowed="、".join(ARRIVALS),
            fix="例：--arrival poisson",
        )
    if not profile.rate or not profile.duration:
        key = "--rate" if not profile.rate else "--duration"
        raise ConfigError("命令行", key=key, found="0", allowed="大于 0 的数", fix="例：20")
    return profile


def _live(conditions: Sequence[Threshold]) -> tuple[Threshold, ...]:
    for condition in conditions:
        if not condition.counts_only:
            raise ConfigError(
                "--abort-on",
                found=condition.text,
                allowed="只数句子的条件：丢失、越界、拒绝、错误",
                fix='例："越界 > 0"',
            )
    return tuple(conditions)


def _estimate(profile: LoadProfile, config: Config, unpriced: str) -> str:
    """要发多少、模型大约要读多少字、花多少钱。"""
    lines = round(expected(profile))
    homes = len(config.scenarios) * profile.tenants
    chars = lines * _PROMPT_CHARS
    cost = (
        f"按每百万字 {profile.price:g} 计，约 {chars / 1e6 * profile.price:.2f}"
        if profile.price
        else "没有写单价（configs/load.toml 的 price），算不出钱"
    )
    return (
        f"{describe(profile)}\n"
        f"对 {config.target.name}：{homes} 处（每处一家租户里的一个场景、一条连接），"
        f"大约 {lines} 句\n"
        f"大模型：大约 {lines} 次，读 {chars / 1e4:.0f} 万字"
        f"（每次按 {_PROMPT_CHARS} 字估）；{cost}{unpriced}\n"
        "没有发出任何东西（--dry-run）"
    )


def _run(
    options: argparse.Namespace,
    config: Config,
    profile: LoadProfile,
    thresholds: Sequence[Threshold],
    abort_on: tuple[Threshold, ...],
    console: Console,
) -> int:
    # 这些要 numpy 与 hdrhistogram；缺了已经说清楚怎么装。
    from support.load import outcome
    from support.load.cluster import staged
    from support.load.live import LiveView
    from support.load.session import Setting, facts
    from support.load.supervisor import Supervisor

    started, began = datetime.now().astimezone(), time.monotonic()
    run_id = new_run_id(datetime.now())
    run_dir = (options.report_dir or config.report.dir).resolve() / f"load-{run_id}"
    with running(config, run_dir / "servers", serve_options=options.serve_option) as endpoints:
        console.print(f"{endpoints.name} {endpoints.version}：{describe(profile)}", highlight=False)
        setting = Setting(
            config=config, endpoints=endpoints, profile=profile, abort_on=abort_on,
            run_dir=run_dir, run_id=run_id, seed=options.seed,
            neighbour=bool(options.fairness),
        )  # fmt: skip
        mode = modes.mode(options, setting, thresholds)
        with LiveView(profile, console) as live:
            supervisor = Supervisor(abort_on, live.show)
            with limits.fast_loop() as loop_name:
                where, perform = options.cluster, mode.perform
                ended, cluster = asyncio.run(staged(setting, supervisor, where, perform))
    run = _describe(options, config, endpoints, started, run_id, loop_name)
    run["cluster"] = cluster
    run["duration_s"] = round(time.monotonic() - began, 3)
    found = facts(
        setting, ended, supervisor, mode.thresholds(thresholds), run, (),
        mode.beside(ended, run_dir / "load"),
    )  # fmt: skip
    results = outcome.build(found, ended.played, ended.prompts)
    mode.conclude(results, ended, options.seed)
    _save(run_dir, options.output, results)
    report = Report(ResultsKind.LOAD, results, run_dir, config.report.history, options.page)
    return publish(report, plainly(console), load_exit_code(results))


def _save(run_dir: Path, output: Path | None, results: dict[str, Any]) -> None:
    write_results(run_dir / "results.json", results)
    if output is not None:
        write_results(output, results)


def _describe(
    options: argparse.Namespace,
    config: Config,
    endpoints: Endpoints,
    started: datetime,
    run_id: str,
    loop: str,
) -> dict[str, Any]:
    target = config.target
    return {
        "id": run_id,
        "seed": options.seed,
        "started": started.isoformat(timespec="seconds"),
        "suite_version": __version__,
        "command": shlex.join(["python", "-m", "support", *sys.argv[1:]]),
        "loop": loop,
        "transport": TRANSPORTS[profile_of(target).transport].title,
        "target": {
            "kind": "内置参考服务" if target.kind == "embedded" else "真实部署",
            "profile": target.profile,
            "name": endpoints.name,
            "version": endpoints.version,
            "control_url": endpoints.control_url,
            "server_url": endpoints.message_url,
        },
    }
