"""``python -m support serve``：把参考服务当进程跑。

职责：读命令行与环境、打印一行就绪 JSON、等停止的信号。不做什么：不含服务的任何行为。
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from support.reference import NAME, VERSION, mutants
from support.reference.mutation import Trace
from support.reference.options import Options, StartupError
from support.reference.server import ReferenceServer

MODEL_KEY_ENV = "MAISPEC_MODEL_KEY"
OPERATOR_KEY_ENV = "MAISPEC_OPERATOR_KEY"
USAGE_ERROR = 2


def main(argv: Sequence[str]) -> int:
    """跑到收到停止信号为止；返回退出码。"""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        stream=sys.stderr,
        level=arguments.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    operator_key = os.environ.get(OPERATOR_KEY_ENV) if arguments.auth else None
    if arguments.auth and not operator_key:
        print(f"--auth 要有运营密钥：把它放进环境变量 {OPERATOR_KEY_ENV} 再启动", file=sys.stderr)
        return USAGE_ERROR
    options = Options(
        data=arguments.data,
        model_url=arguments.model_url,
        host=arguments.host,
        control_port=arguments.control_port,
        message_port=arguments.message_port,
        transport=arguments.transport,
        model_key=os.environ.get(MODEL_KEY_ENV) or "none",
        model_timeout=arguments.model_timeout,
        operator_key=operator_key,
    )
    if arguments.mutant and arguments.mutant not in mutants.names():
        print(
            f"没有叫 {arguments.mutant} 的变异体：python -m support mutants --list", file=sys.stderr
        )
        return USAGE_ERROR
    try:
        asyncio.run(_serve(options, arguments))
    except StartupError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    return 0


async def _serve(options: Options, arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = ReferenceServer(options)
    shown = NAME
    if arguments.mutant:
        mutants.load(arguments.mutant).apply(server, Trace(arguments.trace))
        shown = f"{NAME}（变异体 {arguments.mutant}）"
    await server.start()
    try:
        if arguments.with_parent:
            _watch_parent(lambda: loop.call_soon_threadsafe(stop.set))
        print(json.dumps(_ready(server, shown), ensure_ascii=False), flush=True)
        await stop.wait()
    finally:
        await server.stop()


def _ready(server: ReferenceServer, name: str) -> dict[str, object]:
    return {
        "control_url": server.control_url,
        "message_url": server.message_url,
        "pid": os.getpid(),
        "name": name,
        "version": VERSION,
        "transport": server.options.transport,
    }


def _watch_parent(gone: Callable[[], object]) -> None:
    """标准输入读到头，就是父进程没了。"""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        gone()

    threading.Thread(target=wait, name="父进程守望", daemon=True).start()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m support serve", description="启动内置参考服务", add_help=False
    )
    add = parser.add_argument
    add("-h", "--help", action="help", help="显示这份说明")
    add("--model-url", required=True, metavar="地址", help="OpenAI 兼容的模型端点")
    add("--data", required=True, type=Path, metavar="目录", help="数据目录，没有就新建")
    add("--control-port", type=int, default=0, metavar="端口", help="控制面端口，0 自动挑选")
    add("--message-port", type=int, default=0, metavar="端口", help="消息面端口，0 自动挑选")
    add(
        "--transport",
        default="native",
        choices=["native", "socketio"],
        help="消息面的接法，缺省 native 原生 WebSocket",
    )
    add("--host", default="127.0.0.1", metavar="主机", help="监听的地址，缺省 127.0.0.1")
    add("--model-timeout", type=float, default=20.0, metavar="秒", help="等模型多久，缺省 20")
    add("--auth", action="store_true", help=f"控制面要凭证；运营密钥在环境变量 {OPERATOR_KEY_ENV}")
    add("--mutant", metavar="名字", help="起一台有意写错一处的服务，用来检验规格")
    add("--trace", type=Path, metavar="文件", help="变异体每走到错处一次，往里添一个字节")
    add("--with-parent", action="store_true", help="标准输入关闭（父进程退出）时自行停止")
    add(
        "--log-level",
        default="WARNING",
        type=str.upper,
        choices=["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
        help="日志级别，缺省 WARNING",
    )
    return parser
