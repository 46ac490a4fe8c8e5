"""装好之前就要能跑的入口：备好环境，然后把命令交给套件本身。

职责：分清跑套件还是自测、没装好时的说明、转交并保住退出码与信号。
不做什么：不解释套件的选项，不判断任何结果。只依赖标准库与 support.setup.provision。
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from support.setup.provision import Place, Progress, Setup, SetupFailed, is_ready, locked

ROOT = Path(__file__).resolve().parents[2]
SELF_TEST = "--self-test"
USAGE, INTERRUPTED = 2, 130

HELP = """用法：python3 run_integration_tests.py [选项…]

第一次运行会在本目录建 .venv 并装好依赖（约半分钟，要能访问软件包索引），之后立即开跑。

  python3 run_integration_tests.py                    在内置参考服务上跑全部规格与对话
  python3 run_integration_tests.py --mode scenarios   只跑规格
  python3 run_integration_tests.py --mode concurrent --concurrent-users 20
  python3 run_integration_tests.py --config 我的配置.toml --output results.json
  python3 run_integration_tests.py --self-test        跑本项目自己的测试

装好之后，--help 给出套件的全部选项。
"""


def ensure_ready(place: Place, extras: frozenset[str]) -> None:
    """环境不够用就备好它；够用则不碰网络、不等锁。"""
    if is_ready(place, extras):
        return
    progress = Progress()
    lock = place.root / ".venv.lock"
    with locked(lock, lambda: progress.say("另一个进程正在备环境，等它做完…")):
        if not is_ready(place, extras):
            Setup(place, progress).prepare(extras)


def command_for(place: Place, arguments: Sequence[str]) -> list[str]:
    """套件或自测的命令。

    从别处启动时当前目录里可能恰好有叫 support 的目录，所以走安装好的入口而不用 ``-m support``。
    """
    rest = [word for word in arguments if word != SELF_TEST]
    if len(rest) < len(arguments):
        return [str(place.python), "-m", "tests", *rest]
    if os.name == "nt":
        return [str(place.binaries / "maispec.exe"), *rest]
    return [str(place.python), str(place.binaries / "maispec"), *rest]


def hand_over(command: Sequence[str]) -> int:
    """换成套件本身：同一个进程，信号与退出码天然不变。"""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    os.execv(command[0], list(command))


def main(arguments: Sequence[str], place: Place | None = None) -> int:
    """备好环境并转交；自己只返回 0（说明）、2（备不好）与 130（中断）。"""
    place = place or Place(ROOT)
    testing = SELF_TEST in arguments
    extras = frozenset({"dev"} if testing else ())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if {"-h", "--help"} & set(arguments) and not is_ready(place, extras):
        sys.stdout.write(HELP)
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ensure_ready(place, extras)
    except (SetupFailed, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return USAGE
    except KeyboardInterrupt:
        sys.stderr.write("\n已中断；下次运行会从头备好环境。\n")
        return INTERRUPTED
    if testing:
        os.chdir(place.root)
    return hand_over(command_for(place, arguments))
