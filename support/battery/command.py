"""``python -m support mutants``：每条规格都会红，而且红得有理。

职责：读选项、选变异体与规格、起观察站、出报告、定退出码。不做什么：不跑试验、不判下场。
"""

from __future__ import annotations

import argparse
import difflib
import os
import signal
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from support.arguments import Parser, natural, path, whole
from support.battery.battery import Plan, run_battery
from support.battery.progress import BatteryProgress
from support.battery.record import Claims, exit_code, record
from support.battery.trial import Ground
from support.battery.verdict import Case
from support.config import DEFAULT_CONFIG, load_config
from support.coverage import load_matrix
from support.errors import ConfigError
from support.play.opening import ROOT, new_run_id
from support.records import Scene
from support.reports.pipeline import plainly, publish, write_results
from support.reports.renderer import Report
from support.running.plan import plan as plan_scenes
from support.schemas import ResultsKind
from support.targets.embedded import observing
from support.targets.process import nursery

#: 参考服务与 behave 工作进程要用的、引入起来慢的模块。
_SEEDBED = (
    "support.cli",
    "support.reference.serve",
    "behave.runner",
    "support.client.provider",
    "support.results",
    "support.running.workers",
    "support.battery.seedbed",
)
_EXAMPLES = """例子：
  python -m support mutants                                   全部变异体，再复原一遍
  python -m support mutants --kills HIST-01                   只试该被 HIST-01 抓住的
  python -m support mutants --mutant history_by_group_number  只试一个
  python -m support mutants --mutant history_by_group_number --all   拿全部规格去试它
  python -m support mutants --list                            有哪些变异体

下场：已杀（点名的规格都判违反，别的照绿）· 误杀（不该红的红了）· 崩溃（出错而红，不算）
      · 存活（该红的没红）· 无效（没有走到错处）
退出码：0 个个已杀且复原后全绿 · 1 有误杀、存活，或复原后有违反 · 2 用法错误
        · 3 有崩溃、无效，或复原后有无法判定 · 130 被打断
"""


def main(arguments: Sequence[str], cases: Sequence[Case], exempt: Mapping[str, str]) -> int:
    """跑变异检验，返回退出码。

    `cases` 是全部变异体的档案；`exempt` 是没有变异体能让它红的规格与缘由。
    """
    options = _parser().parse_args(arguments)
    chosen = _chosen(cases, options.mutant, options.kills)
    scenes = _scenes()
    _refuse_unknown(chosen, scenes)
    console = Console()
    if options.list:
        console.print(_catalogue(chosen))
        return 0
    for number in (signal.SIGINT, signal.SIGTERM):  # 后台启动时 SIGINT 可能被忽略着
        signal.signal(number, signal.default_int_handler)
    matrix = load_matrix()
    plan = Plan(
        cases=chosen,
        scenes=scenes,
        guards={prop: matrix.ids_of(prop) for prop in matrix.meaning},
        workers=options.workers,
        full=options.all,
        whole=not (options.mutant or options.kills),
    )
    return _run(plan, Claims(matrix.meaning, exempt), options, console)


def _run(plan: Plan, claims: Claims, options: argparse.Namespace, console: Console) -> int:
    config = load_config(DEFAULT_CONFIG)
    started, run_id = datetime.now().astimezone(), new_run_id(datetime.now())
    run_dir = (options.report_dir or config.report.dir).resolve() / f"mutants-{run_id}"
    launch = nursery(*_SEEDBED)
    with (
        observing(config, run_dir / "servers") as endpoints,
        BatteryProgress(len(plan.cases), console) as progress,
    ):
        ground = Ground(config, endpoints, run_dir / "trials", run_id, options.seed, launch)
        outcomes = run_battery(plan, ground, progress)
    results = record(ground, started, plan, outcomes, claims)
    write_results(run_dir / ResultsKind.MUTATION.file, results)
    report = Report(ResultsKind.MUTATION, results, run_dir, config.report.history)
    return publish(report, plainly(console), exit_code(results))


def _parser() -> Parser:
    parser = Parser(
        prog="python -m support mutants",
        description="对着一台台有意写错一处的参考服务跑规格：该红的都红，不该红的不红。",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--mutant", action="append", default=[], metavar="名字", help="只试这一个，可写几次")
    add("--kills", action="append", default=[], metavar="编号", help="只试该被这条规格抓住的")
    add("--all", action="store_true", help="每个变异体都跑全部规格（慢，适合夜里）")
    workers = min(4, 2 * (os.cpu_count() or 1))
    about = f"同时试几个（缺省每个核两个，至多 4；这里是 {workers}）"
    add("--workers", type=natural, default=workers, metavar="个数", help=about)
    add("--seed", type=whole, default=0, metavar="整数", help="台词的种子（缺省 0）")
    add("--report-dir", type=path, metavar="目录", help="报告放哪里（缺省 reports）")
    add("--list", action="store_true", help="只列出变异体，不跑")
    return parser


def _chosen(cases: Sequence[Case], names: Sequence[str], kills: Sequence[str]) -> tuple[Case, ...]:
    for name in names:
        _known("--mutant", name, [case.name for case in cases], "--list 看全部名字")
    killers = sorted({spec for case in cases for spec in case.killed_by})
    for spec in kills:
        _known("--kills", spec, killers, "写一条规格的编号，例如 HIST-01")
    return tuple(
        case
        for case in cases
        if (not names or case.name in names)
        and (not kills or not set(kills).isdisjoint(case.killed_by))
    )


def _known(key: str, found: str, allowed: Sequence[str], fix: str) -> None:
    if found not in allowed:
        near = difflib.get_close_matches(found, allowed, n=3)
        hint = f"是不是 {'、'.join(near)}？" if near else ""
        raise ConfigError("命令行", key=key, found=found, allowed=hint or "已有的", fix=fix)


def _scenes() -> dict[str, tuple[Scene, ...]]:
    """每条规格的各行，按文件里的次序。"""
    found: dict[str, list[Scene]] = defaultdict(list)
    for scene in plan_scenes(ROOT, ["not @在建"]):
        found[scene.id].append(scene)
    return {spec: tuple(rows) for spec, rows in found.items()}


def _refuse_unknown(cases: Sequence[Case], scenes: dict[str, tuple[Scene, ...]]) -> None:
    for case in cases:
        for spec in (*case.killed_by, *case.spares):
            _known(f"变异体 {case.name}", spec, list(scenes), "改成 features/ 里有的编号")


def _catalogue(cases: Sequence[Case]) -> Table:
    table = Table(
        "名字", "错在哪里", "目录", "性质", "抓住它的规格", title=f"{len(cases)} 个变异体"
    )
    for case in cases:
        lists = (case.catalogue, case.properties, case.killed_by)
        table.add_row(case.name, case.title, *(" ".join(one) for one in lists))
    return table
