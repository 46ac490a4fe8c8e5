"""启动观察站：命令行、就绪行、体面地停下。

职责：``python -m support observe`` 与 ``python -m support.observer`` 的入口。不做什么：不作答。
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import ipaddress
import json
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from support.observer import scripts
from support.observer.server import build_app
from support.observer.upstream import Upstream

TOKEN_ENV = "MAISPEC_OBSERVER_TOKEN"  # 环境变量的名字，不是口令本身
UPSTREAM_KEY_ENV = "MAISPEC_UPSTREAM_KEY"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_GRACE = 0.2  # 停下时给在途应答的秒数；被按住的请求不等
_log = logging.getLogger("support.observer")


@dataclass(frozen=True, slots=True)
class _Listen:
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def main(argv: Sequence[str] | None = None) -> int:
    """运行到被叫停；返回进程的退出码。"""
    args = _parser().parse_args(argv)
    logging.basicConfig(
        stream=sys.stderr,
        level=args.log_level,
        format="%(asctime)s %(levelname)s 观察站 %(message)s",
    )
    try:
        return asyncio.run(_run(args))
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m support observe",
        description="观察站：OpenAI 兼容的模型端点，记录提示词，按规则作答。",
        add_help=False,
    )
    parser.add_argument("-h", "--help", action="help", help="显示这段说明")
    parser.add_argument(
        "--listen",
        type=_listen,
        default=_Listen("127.0.0.1", 0),
        metavar="HOST:PORT",
        help="监听地址，端口 0 表示任选（缺省 127.0.0.1:0）",
    )
    parser.add_argument(
        "--script",
        choices=scripts.names(),
        default="plain",
        help="照哪个剧本作答：问模型的部署属于哪一种（缺省 plain，一问一答）",
    )
    parser.add_argument(
        "--upstream",
        metavar="地址",
        help=f"直通：转给这里的真模型，只记录；密钥取自环境变量 {UPSTREAM_KEY_ENV}",
    )
    parser.add_argument("--with-parent", action="store_true", help="标准输入一关就停下")
    parser.add_argument(
        "--log-level", choices=_LEVELS, type=str.upper, default="INFO", help="日志级别"
    )
    return parser


def _listen(text: str) -> _Listen:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"“{text}”不是 主机:端口，例：127.0.0.1:0")
    return _Listen(host.strip("[]"), int(port))


def _upstream(url: str | None) -> Upstream | None:
    return Upstream(url, os.environ.get(UPSTREAM_KEY_ENV, "")) if url else None


async def _run(args: argparse.Namespace) -> int:
    listen: _Listen = args.listen
    given = os.environ.get(TOKEN_ENV, "")
    token = given or secrets.token_urlsafe(16)
    runner = web.AppRunner(
        build_app(token=token, script=args.script, upstream=_upstream(args.upstream)),
        access_log=None,
        handle_signals=False,
        handler_cancellation=True,
        shutdown_timeout=_GRACE,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, listen.host, listen.port).start()
        except OSError as error:
            print(_why_not(listen, error), file=sys.stderr, flush=True)
            return 2
        stop = asyncio.Event()
        _watch(stop, with_parent=args.with_parent)
        _announce(runner, listen, token="" if given else token)
        await stop.wait()
        _log.info("收到停止信号，正在停下")
    finally:
        await runner.cleanup()
    return 0


def _watch(stop: asyncio.Event, *, with_parent: bool) -> None:
    """盯住信号；需要时也盯住标准输入。"""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if with_parent:
        leave = _quietly(loop, stop.set)
        threading.Thread(target=_until_eof, args=(leave,), daemon=True).start()


def _quietly(loop: asyncio.AbstractEventLoop, action: Callable[[], None]) -> Callable[[], None]:
    """从别的线程把动作交给事件循环；循环已关就算了，那时本来就在退出。"""

    def call() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(action)

    return call


def _until_eof(leave: Callable[[], None]) -> None:
    # 直接读描述符：带缓冲的读会在解释器收尾时与守护线程抢锁而崩溃。
    try:
        while os.read(0, 4096):
            pass
    except OSError as error:
        _log.info("读不了标准输入（%s），视同已经关闭", error.strerror)
    leave()


def _announce(runner: web.AppRunner, listen: _Listen, *, token: str) -> None:
    """打印就绪行：标准输出只有这一行。"""
    port = runner.addresses[0][1]
    every = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    base = f"http://{_Listen(every.get(listen.host, listen.host), port)}"
    ready: dict[str, str | int] = {
        "model_url": f"{base}/v1",
        "control_url": base,
        "pid": os.getpid(),
    }
    if token:
        ready["token"] = token
    print(json.dumps(ready), flush=True)
    _log.info("已就绪：%s", base)
    if not _is_loopback(listen.host):
        _log.warning("监听的不是回环地址：连得到 %s 的人都能调用这个模型端点", listen)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _why_not(listen: _Listen, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"观察站启动不了：{listen} 已被占用；换一个端口，或写 0 任选"
    return f"观察站启动不了：监听不了 {listen}（{error.strerror or error}）"
