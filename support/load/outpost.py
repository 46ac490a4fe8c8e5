"""前哨：在 dask 的工作进程里跑一片的那一头。

职责：接一份差事、到点开口、答协调者的问话、把流水整份带回去。不做什么：不派活、不判卷。
协调者半秒问一次话，问话就是心跳：它没了，这一片自己停下，不会没人看着还在压别人的服务。
差事只在内存里：密钥不落盘，也不进任何一种打印。
"""

from __future__ import annotations

import asyncio
import importlib.util
import platform
import signal
import tempfile
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from distributed import Worker, get_worker

from support import __version__
from support.errors import SuiteError, TargetUnreachable
from support.load import limits
from support.load.pace import Gauge
from support.load.shard import Played, play
from support.load.task import Shard

#: 这么久没有问话，就当协调者没了。
_SILENCE_S = 15.0
_EVERY_S = 0.5
_LINKS = "maispec_links"
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Greeting:
    """工作进程的自报：此刻几点（Unix 秒）、哪台机器、套件哪一版。"""

    now: float
    host: str
    suite: str


@dataclass(frozen=True, slots=True)
class Order:
    """一份差事。"""

    run: str
    shard: Shard = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parcel:
    """带回去的：跑完的一片与它目录里的全部文件；没跑成就只有缘由。"""

    trouble: str = ""
    #: 缘由是目标连不上。
    unreachable: bool = False
    played: Played | None = None
    #: 第一句的 Unix 秒，按那台机器的钟。
    opened_at: float = 0.0
    files: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """一次问话的答：读数；连好了、等着放行没有。"""

    gauge: Gauge
    ready: bool


@dataclass(slots=True)
class Link:
    """一次压测里协调者与这一片的联系。`start_at` 是约好开口的时刻，这台机器的 Unix 秒。"""

    heard: float
    goes_on: bool = True
    ready: bool = False
    start_at: float = 0.0
    released: threading.Event = field(default_factory=threading.Event)
    gauge: Gauge = field(default_factory=Gauge)

    def watch(self, gauge: Gauge) -> bool:
        """引擎半秒报一次读数；返回假是叫它停。"""
        self.gauge = gauge
        return self._is_on

    async def gate(self) -> None:
        """报一声连好了，等放行，再等到约好的时刻；不让开口了也放行，由引擎自己停。"""
        self.ready = True
        while self._is_on and not await asyncio.to_thread(self.released.wait, _EVERY_S):
            pass
        await asyncio.sleep(max(0.0, self.start_at - time.time()))

    def stop(self) -> None:
        """不再开口；还等着放行的也别等了。"""
        self.goes_on = False
        self.released.set()

    @property
    def _is_on(self) -> bool:
        return self.goes_on and time.monotonic() - self.heard < _SILENCE_S


def greet() -> Greeting:
    """问候一声：装没装、几点了。"""
    return Greeting(time.time(), platform.node(), __version__)


def ignore_interrupts() -> None:
    """终端里的 Ctrl-C 会送到每一个进程；自己起的工作进程不理它，等协调者叫停，账才收得齐。"""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def begin(run: str, dask_worker: Worker) -> None:
    """建立联系；没有联系的差事不接，免得死而复生的工作进程把一片重跑一遍。"""
    _links(dask_worker)[run] = Link(time.monotonic())


def exchange(run: str, goes_on: bool, dask_worker: Worker) -> Reading | None:
    """一次问话：告诉它还要不要接着说，取回读数；没有这份差事是 None。"""
    link = _links(dask_worker).get(run)
    if link is None:
        return None
    link.heard = time.monotonic()
    if not goes_on:
        link.stop()
    return Reading(link.gauge, link.ready)


def release(run: str, start_at: float, dask_worker: Worker) -> None:
    """都连好了，约好这一刻一起开口。"""
    link = _links(dask_worker).get(run)
    if link is not None:
        link.start_at = start_at
        link.released.set()


def leave(run: str, dask_worker: Worker) -> None:
    """这次压测完了：还在说的就停，联系作废。"""
    link = _links(dask_worker).pop(run, None)
    if link is not None:
        link.stop()


def perform(order: Order) -> Parcel:
    """跑一片。流水放在工作进程自己的目录里，带走就删。"""
    worker = get_worker()
    link = _links(worker).get(order.run)
    if link is None or link.ready:
        return Parcel("这份差事不是这一次派的（它的工作进程重启过）")
    try:
        limits.raise_open_files(len(order.shard.doors))
        with tempfile.TemporaryDirectory(dir=worker.local_directory) as place:
            playing = play(order.shard, Path(place), watch=link.watch, gate=link.gate)
            played = _run(playing)
            opened_at = time.time() - (time.monotonic() - played.began)
            files = {one.name: one.read_bytes() for one in played.folder.iterdir()}
        return Parcel(played=played, opened_at=opened_at, files=files)
    except TargetUnreachable as error:
        return Parcel(str(error), unreachable=True)
    except SuiteError as error:  # 有的异常不能原样传回去，传它的话
        return Parcel(str(error))


def _links(worker: Worker) -> dict[str, Link]:
    """联系记在工作进程身上：问话在它的事件循环里，差事在它的线程里。"""
    if not hasattr(worker, _LINKS):
        setattr(worker, _LINKS, {})
    links: dict[str, Link] = getattr(worker, _LINKS)
    return links


def _run(work: Coroutine[Any, Any, _Made]) -> _Made:
    """在自己的事件循环里跑完；有 uvloop 就用，不动这个进程里 dask 的那一个。"""
    if importlib.util.find_spec("uvloop") is None:
        return asyncio.run(work)
    import uvloop

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
