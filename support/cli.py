"""命令行：``python -m support``（或 ``maispec``）。默认命令是跑一次；其余是子命令。

职责：认命令、读选项、把套件自己的错误变成一句中文与退出码。不做什么：各命令的活。
子命令各自引入自己的部件，服务进程因此起得快。
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from support import __version__
from support.arguments import Parser, factor, natural, path, speak_chinese, whole
from support.errors import ConfigError, SuiteError, TargetUnreachable, is_full_disk

#: 同一台主线版实例有新旧两个消息面，各是一类目标。
LOCAL = ("maibot", "maibot-legacy")

_EXAMPLES = """例子：
  python -m support                                   跑全部规格（内置参考服务）
  python -m support --mode scenarios                  只聊配置里的场景
  python -m support --mode concurrent --concurrent-users 10
  python -m support --mode concurrent --rate 50 --duration 5   给了压测的选项，就转给 load
  python -m support --tags "@HIST-01" --seed 7        只跑一条规格
  python -m support --create-config my.toml           写一份带注释的配置
  python -m support --config my.toml --output results.json

子命令（各有 --help）：
  serve       起一台内置参考服务      observe     起一个观察站（模型端点）
  report      由运行目录重出报告      doctor      检查环境
  compare     几个目标的结论并排看    conformance 合规报告：写出或核对
  vocabulary  规格的全部句式          lint        检查规格的写法
  target      在本机装、起、收一台真实的 MaiBot
  coverage    覆盖矩阵：哪一格由哪条规格看守
  mutants     变异检验：每条规格都会红，而且红得有理
  load        压测：定好的节奏，句句记账，越界的审计一直开着

退出码：0 全部通过 · 1 有违反 · 2 用法或配置错误 · 3 有无法判定 · 4 目标连不上 · 130 被打断
        （配置里写明的已知违反不算 1；它消失了而没有删掉才算；本该是 0 而有报告没做出来是 3）
"""


def main(argv: Sequence[str] | None = None) -> int:
    """命令行入口；返回退出码。"""
    arguments = list(sys.argv[1:] if argv is None else argv)
    speak_chinese()
    command = COMMANDS.get(arguments[0]) if arguments else None
    try:
        return command(arguments[1:]) if command else _run_or_load(arguments)
    except ConfigError as error:
        print(f"配置或用法有误：{error}", file=sys.stderr)
        return 2
    except TargetUnreachable as error:
        print(error, file=sys.stderr)
        return 4
    except SuiteError as error:
        print(f"没能做完：{error}", file=sys.stderr)
        return 3
    except BrokenPipeError:
        # 读的人（例如 head）先走了；把标准输出换成空洞，免得退出时再报一次。
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if not is_full_disk(error):
            raise
        print(f"没能做完：盘满了，{error.filename or '报告'}写不下", file=sys.stderr)
        print("  改法：腾出空间，或用 --report-dir 换一块盘", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("被打断", file=sys.stderr)
        return 130


def _run_parser() -> Parser:
    parser = Parser(
        prog="python -m support",
        description="用中文可执行规格检验 MaiBot 多租户部署是否互相隔离。",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    modes = ("all", "scenarios", "concurrent")
    about = "全部、只聊场景、只跑多人同时聊（缺省 all）；concurrent 再给压测的选项就是 load"
    add("--mode", choices=modes, default="all", help=about)
    add("--config", type=path, metavar="文件", help="配置文件（缺省 configs/embedded.toml）")
    add("--target", choices=LOCAL, help="测 target 命令起好的本机实例")
    add("--concurrent-users", type=natural, metavar="人数", help="每个场景同时几位用户")
    add("--server-url", metavar="地址", help="消息面地址，例如 ws://127.0.0.1:8095/ws")
    add("--control-url", metavar="地址", help="管理面地址，例如 http://127.0.0.1:8000")
    add("--output", type=path, metavar="文件", help="另存一份 results.json")
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    add("--log-level", choices=levels, help="两个服务的日志级别（缺省听配置的）")
    add("--create-config", type=path, metavar="文件", help="写一份带注释的配置模板然后退出")
    add("--force", action="store_true", help="与 --create-config 同用：覆盖已有的文件")
    add(
        "--seed", type=whole, default=0, metavar="整数", help="台词的种子；相同则用词相同（缺省 0）"
    )
    add("--workers", type=natural, default=2, metavar="个数", help="几个工作进程分着跑（缺省 2）")
    add("--tags", action="append", default=[], metavar="表达式", help='标签，如 "@隔离 or @韧性"')
    add("--report-dir", type=path, metavar="目录", help="报告放哪里（缺省听配置的，reports）")
    add("--no-page", dest="page", action="store_false", help="不生成 Allure 网页，省几秒")
    add("--pace", type=factor, metavar="倍数", help="真人停顿的倍数，0 为不停顿（缺省听配置的）")
    add("--allow-remote-load", action="store_true", help="允许对非本机目标用 20 位以上并发用户")
    add("--version", action="version", version=f"麦麦多租户规约 {__version__}", help="显示版本")
    return parser


def _listen_for_interrupts() -> None:
    """SIGTERM 与 Ctrl-C 同样收场；后台启动时 SIGINT 可能被忽略着，也要接回来。"""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


def _run_or_load(arguments: Sequence[str]) -> int:
    """``--mode concurrent`` 带上压测的选项就是 ``load``；没带仍是多人同时聊的规格。"""
    asked = _load_options(arguments)
    if not asked:
        return _run(arguments)
    mode, rest = _split_mode(arguments)
    if mode == "concurrent":
        return _load(rest)
    raise ConfigError(
        "命令行",
        key=asked[0],
        found=f"--mode {mode}" if mode else "没有写 --mode",
        allowed="只有压测才用得着它",
        fix=f"加 --mode concurrent，或用 python -m support load {asked[0]} …",
    )


def _load_options(arguments: Sequence[str]) -> list[str]:
    """其中只有压测才认识的选项；全是跑规格的就不必引入压测。"""
    given = [one.partition("=")[0] for one in arguments if one.startswith("--")]
    unknown = [one for one in given if one not in _run_parser().known]
    if not unknown:
        return []
    from support.load.command import parser

    known = parser().known
    return [one for one in unknown if one in known]


def _split_mode(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """取出 ``--mode`` 的值；其余原样。"""
    picker = Parser(add_help=False, allow_abbrev=False)
    picker.add_argument("--mode", default="")
    found, rest = picker.parse_known_args(arguments)
    return found.mode, rest


def _run(arguments: Sequence[str]) -> int:
    _listen_for_interrupts()
    options = _run_parser().parse_args(arguments)
    from support.config import DEFAULT_CONFIG, write_template

    if options.create_config is not None:
        write_template(options.create_config, force=options.force)
        print(f"已写出配置模板：{options.create_config}")
        return 0
    from rich.console import Console

    from support.running.runner import Options, run

    return run(
        Options(
            mode=options.mode,
            target=options.target,
            config=options.config or DEFAULT_CONFIG,
            concurrent_users=options.concurrent_users,
            server_url=options.server_url,
            control_url=options.control_url,
            output=options.output,
            seed=options.seed,
            workers=options.workers,
            tags=tuple(options.tags),
            report_dir=options.report_dir,
            pace=options.pace,
            log_level=options.log_level,
            allow_remote_load=options.allow_remote_load,
            page=options.page,
        ),
        Console(),
    )


def _serve(arguments: list[str]) -> int:
    from support.reference.serve import main as serve

    return serve(arguments)


def _observe(arguments: list[str]) -> int:
    from support.observer.serve import main as observe

    return observe(arguments)


def _lint(arguments: list[str]) -> int:
    from support.lint.command import main as lint

    return lint(arguments)


def _coverage(arguments: list[str]) -> int:
    from support.coverage.command import main as coverage

    return coverage(arguments)


def _load(arguments: list[str]) -> int:
    from support.load.command import main as load

    _listen_for_interrupts()
    return load(arguments)


def _mutants(arguments: list[str]) -> int:
    from support.battery.command import main as battery
    from support.battery.verdict import Case
    from support.reference import mutants

    def case(name: str) -> Case:
        one = mutants.load(name)
        return Case(
            name=name,
            title=one.title,
            story=one.story,
            catalogue=one.catalogue,
            properties=one.properties,
            killed_by=one.killed_by,
            spares=one.spares,
            marks=one.marks,
        )

    return battery(arguments, [case(name) for name in mutants.names()], mutants.EXEMPT)


def _conformance(arguments: list[str]) -> int:
    from support.conformance.command import main as conformance

    return conformance(arguments)


def _compare(arguments: list[str]) -> int:
    from support.compare.command import main as compare

    return compare(arguments)


def _report(arguments: list[str]) -> int:
    parser = Parser(
        prog="python -m support report",
        description="由一次运行留下的台账重新判决并重出全部报告（不连任何服务）。",
        epilog="例子：python -m support report reports/latest",
    )
    parser.add_argument("run_dir", type=path, metavar="运行目录", help="例如 reports/latest")
    parser.add_argument("--history", type=natural, default=20, metavar="次数", help="趋势图留几次")
    options = parser.parse_args(arguments)
    from support.running.rejudge import rejudge

    return rejudge(options.run_dir, history_limit=options.history)


def _doctor(arguments: list[str]) -> int:
    parser = Parser(
        prog="python -m support doctor",
        description="检查 Python、Node、Allure、配置与目标是否就绪；缺什么说怎么补。",
    )
    parser.add_argument("--config", type=path, metavar="文件", help="要检查的配置")
    from support.running.doctor import examine

    return examine(parser.parse_args(arguments).config)


def _vocabulary(arguments: list[str]) -> int:
    Parser(
        prog="python -m support vocabulary",
        description="列出规格可用的全部句式、说明与例子。",
    ).parse_args(arguments)
    from support.lint.catalogue import catalogue

    for line in catalogue(Path(__file__).resolve().parent.parent):
        print(line)
    return 0


def _target(arguments: list[str]) -> int:
    _listen_for_interrupts()
    from support.targets.local.command import main as target

    return target(arguments)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "serve": _serve,
    "observe": _observe,
    "lint": _lint,
    "coverage": _coverage,
    "mutants": _mutants,
    "load": _load,
    "report": _report,
    "conformance": _conformance,
    "compare": _compare,
    "doctor": _doctor,
    "target": _target,
    "vocabulary": _vocabulary,
}
