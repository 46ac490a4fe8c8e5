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
from support.reference.activity import Activity
from support.reference.archive import Archive
from support.reference.bot import Bot
from support.reference.calls import ModelCalls
from support.reference.connections import Connections
from support.reference.control import control_app
from support.reference.courier import Courier
from support.reference.directory import Directory
from support.reference.gate import Gate
from support.reference.intake import Intake
from support.reference.lifecycle import Lifecycle
from support.reference.limits import Limits
from support.reference.messages import MessagePlane
from support.reference.options import Options, StartupError
from support.reference.outbox import Outbox
from support.reference.people import People
from support.reference.pictures import Pictures
from support.reference.plugins import Plugins
from support.reference.provider import Provider
from support.reference.reader import Reader
from support.reference.sayings import Sayings
from support.reference.scheduler import Scheduler
from support.reference.store import Store
from support.reference.usage import Usage

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
        self.gate = Gate(self.access, options.operator_key)
        self.archive = Archive(self.store, clock)
        self.people, self.sayings = People(self.store), Sayings(self.store)
        self.limits = Limits(self.store, self.directory, clock)
        self.usage = Usage(self.store, clock)
        self.activity, self.plugins = Activity(self.store, clock), Plugins(self.store)
        self.outbox = Outbox(self.store, clock)
        self.connections = Connections(self.access, clock)
        self.courier = Courier(self.outbox, self.connections, self.access)
        self.provider = Provider(
            base_url=options.model_url, api_key=options.model_key, timeout=options.model_timeout
        )
        self.calls = ModelCalls(self.provider, self.usage)
        self.pictures = Pictures(self.store, self.calls)
        self.reader = Reader(self.archive, self.pictures)
        self.bot = Bot(
            store=self.store,
            directory=self.directory,
            access=self.access,
            archive=self.archive,
            people=self.people,
            sayings=self.sayings,
            reader=self.reader,
            calls=self.calls,
            outbox=self.outbox,
            connections=self.connections,
            courier=self.courier,
        )
        self.scheduler = Scheduler(self.bot.answer)
        self.lifecycle = Lifecycle(self.connections, self.scheduler)
        self.intake = Intake(
            store=self.store,
            directory=self.directory,
            archive=self.archive,
            people=self.people,
            sayings=self.sayings,
            limits=self.limits,
            usage=self.usage,
        )
        self.messages = MessagePlane(
            access=self.access,
            intake=self.intake,
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
            app = self._control_app()
            self.control_url = f"http://{await self._listen(app, options.control_port)}"
            address = await self._listen(self._message_app(), options.message_port)
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

    def _control_app(self) -> web.Application:
        return control_app(
            directory=self.directory,
            access=self.access,
            lifecycle=self.lifecycle,
            activity=self.activity,
            plugins=self.plugins,
            usage=self.usage,
            gate=self.gate,
        )

    def _message_app(self) -> web.Application:
        if self.options.transport == "native":
            return self.messages.app()
        # 可选依赖：不说 Socket.IO 就不引入。
        from support.reference.socketio_plane import SocketIOPlane

        return SocketIOPlane(self.messages).app()

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
        """每分钟清掉过期的信封编号、待送回复与限额计数。"""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            self.archive.forget_seen()
            self.outbox.forget_stale()
            self.limits.forget_old()


def _require_url(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise StartupError(
            f"--model-url 写的是 {url!r}：要写 http 或 https 地址，例如 http://127.0.0.1:9000/v1"
        )
