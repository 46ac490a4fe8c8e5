"""参考服务的组装：两个平面、机器人、存储，一起开、一起停。

职责：把部件接起来，开端口，停得干净。不做什么：不读命令行、不含任何隔离决定。
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web

from support.reference.access import Access
from support.reference.archive import Archive
from support.reference.bot import Bot
from support.reference.connections import Connections
from support.reference.control import control_app
from support.reference.courier import Courier
from support.reference.directory import Directory
from support.reference.lifecycle import Lifecycle
from support.reference.messages import MessagePlane
from support.reference.options import Options, StartupError
from support.reference.outbox import Outbox
from support.reference.provider import Provider
from support.reference.scheduler import Scheduler
from support.reference.store import Store

TIDY_SECONDS = 60.0
CLOSE_SECONDS = 0.3
CLOSE_RESTARTING = 1012


class ReferenceServer:
    """一个参考服务。部件都是公开属性，变异体替换其中一个决定。"""

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        _require_url(options.model_url)
        self.options = options
        self.store = Store(options.data)
        self.directory = Directory(self.store, clock)
        self.access = Access(self.store, clock)
        self.archive = Archive(self.store, clock)
        self.outbox = Outbox(self.store, clock)
        self.connections = Connections(self.access, clock)
        self.courier = Courier(self.outbox, self.connections, self.access)
        self.provider = Provider(
            base_url=options.model_url, api_key=options.model_key, timeout=options.model_timeout
        )
        self.bot = Bot(
            store=self.store,
            directory=self.directory,
            access=self.access,
            archive=self.archive,
            outbox=self.outbox,
            connections=self.connections,
            courier=self.courier,
            provider=self.provider,
        )
        self.scheduler = Scheduler(self.bot.answer)
        self.lifecycle = Lifecycle(self.connections, self.scheduler)
        self.messages = MessagePlane(
            access=self.access,
            archive=self.archive,
            connections=self.connections,
            courier=self.courier,
            scheduler=self.scheduler,
            clock=clock,
        )
        self.control_url = self.message_url = ""
        self._runners: list[web.AppRunner] = []
        self._tidying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """开两个端口，接着答上次没答完的话；开不了就收拾干净并抛 :class:`StartupError`。"""
        options = self.options
        try:
            await self.provider.start()
            app = control_app(self.directory, self.access, self.lifecycle)
            self.control_url = f"http://{await self._listen(app, options.control_port)}"
            address = await self._listen(self.messages.app(), options.message_port)
            self.message_url = f"ws://{address}/ws"
        except BaseException:
            await self.stop()
            raise
        self._tidying = asyncio.get_running_loop().create_task(self._tidy())
        for chat, number in self.archive.waiting():
            self.scheduler.submit(chat, number)

    async def stop(self) -> None:
        """停：取消作答（话仍在库里）、以 1012 关连接、关端口、关库。"""
        if self._tidying is not None:
            self._tidying.cancel()
        for runner in self._runners:
            for site in list(runner.sites):
                await site.stop()
        await self.scheduler.stop()
        await self.courier.stop()
        await self.connections.close_all(CLOSE_RESTARTING)
        for runner in self._runners:
            await runner.cleanup()
        await self.provider.stop()
        self.store.close()

    async def _listen(self, app: web.Application, port: int) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        self._runners.append(runner)
        host = self.options.host
        try:
            await web.TCPSite(runner, host, port, backlog=1024).start()
        except (OSError, OverflowError) as error:
            raise StartupError(
                f"端口 {host}:{port} 开不了（可能已被占用）：停掉占用它的程序，"
                "或换一个端口（0 表示自动挑选）"
            ) from error
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{runner.addresses[0][1]}"

    async def _tidy(self) -> None:
        """每分钟清掉过期的信封编号与待送回复。"""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            self.archive.forget_seen()
            self.outbox.forget_stale()


def _require_url(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise StartupError(
            f"--model-url 写的是 {url!r}：要写 http 或 https 地址，例如 http://127.0.0.1:9000/v1"
        )
