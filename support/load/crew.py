"""一组到齐的工作进程：对钟、派差事、问读数、收流水。

职责：派得出、看得住、收得齐。不做什么：不起工作进程（cluster）、不收发话、不判卷。
带回来的是整份流水，合账与一片跑的是同一套算法，所以分几片都一样准。
哪一片没回来就说哪一片：不重跑（重跑的话，目标已经不是原来的样子了），也不拿别的片凑数。
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.errors import TargetUnreachable
from support.load.shard import Played
from support.load.supervisor import Supervisor
from support.load.task import Shard

_EVERY_S = 0.5
#: 一次问话至多等这么久；再久就当那一片没了。
_ANSWER_S = 10.0
#: 都连好之后，约在这么久以后开口：够把时刻告诉每一片。
_LEAD_S = 1.0
#: 等它们连好，至多这么久。
_READY_S = 60.0
#: 应当说完之后，再等这么久的流水。
_RETURN_S = 60.0
#: 两台机器的钟差过这么多就要说；晚开口这么多也要说。
_CLOCK_S, _LATE_S = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Clock:
    """一台机器的钟比这里快多少秒，量得多准。"""

    ahead: float
    error: float


@dataclass(slots=True)
class _Post:
    """一片与它的去处。"""

    shard: Shard
    address: str
    clock: Clock
    result: asyncio.Future[Any]
    ready: bool = False

    @property
    def number(self) -> int:
        return self.shard.number

    @property
    def title(self) -> str:
        return f"第 {self.shard.number + 1} 片"


class Crew:
    """到齐的工作进程；每个担一片。"""

    def __init__(self, client: Any, addresses: Sequence[str], run: str) -> None:
        self._client, self._addresses, self._run = client, addresses, run
        self._goes_on = True
        #: 各片的钟比这里快多少秒。
        self.clocks: list[float] = []

    @property
    def size(self) -> int:
        """一共几片。"""
        return len(self._addresses)

    async def perform(
        self, shards: Sequence[Shard], folder: Path, supervisor: Supervisor
    ) -> tuple[list[Played], list[str]]:
        """派出去、看着、收齐。返回跑完的各片与作不了数的缘由。"""
        from support.load import outpost

        clocks = [await self._clock(address) for address in self._addresses]
        self.clocks = [round(clock.ahead, 6) for clock in clocks]
        await self._client.run(outpost.begin, self._run, workers=self._addresses)
        posts = [
            _Post(shard, address, clock, self._send(shard, address))
            for shard, address, clock in zip(shards, self._addresses, clocks, strict=True)
        ]
        try:
            return await self._see_through(posts, folder, supervisor)
        finally:
            for post in posts:
                post.result.cancel()
            with suppress(Exception):  # 断了联系的那些自己会停
                await asyncio.wait_for(self._tell_all(outpost.leave), _ANSWER_S)

    async def _see_through(
        self, posts: Sequence[_Post], folder: Path, supervisor: Supervisor
    ) -> tuple[list[Played], list[str]]:
        """等都连好、一起放行、等都说完；还没开口就少了一片，别的也不说了。"""
        losses: dict[int, str] = {}
        ends = time.time() + _READY_S + posts[0].shard.profile.patience
        while await self._round(posts, losses, ends, supervisor):
            if losses or any(post.result.done() for post in posts):
                self._goes_on = False
            elif all(post.ready for post in posts):
                break
        start = await self._release(posts)
        profile = posts[0].shard.profile
        ends = start + profile.seconds + profile.patience + _RETURN_S
        while await self._round(posts, losses, ends, supervisor):
            pass
        return _collected(posts, losses, start, folder)

    async def _release(self, posts: Sequence[_Post]) -> float:
        from support.load import outpost

        start = time.time() + _LEAD_S
        telling = (
            self._client.run(
                outpost.release, self._run, start + post.clock.ahead,
                workers=[post.address], on_error="ignore",
            )
            for post in posts
        )  # fmt: skip
        with suppress(asyncio.TimeoutError, OSError):
            await asyncio.wait_for(asyncio.gather(*telling), _ANSWER_S)
        return start

    def _send(self, shard: Shard, address: str) -> asyncio.Future[Any]:
        from support.load import outpost

        future = self._client.submit(
            outpost.perform,
            outpost.Order(self._run, shard),
            key=f"maispec-{self._run}-{shard.number}",
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        made: asyncio.Future[Any] = asyncio.ensure_future(future.result())
        return made

    async def _clock(self, address: str) -> Clock:
        """问几次时间，信来回最快的那一次。"""
        from support.load import outpost

        clocks = []
        for _ in range(3):
            left = time.time()
            answer = await self._client.run(outpost.greet, workers=[address])
            back = time.time()
            clocks.append(Clock(answer[address].now - (left + back) / 2, (back - left) / 2))
        return min(clocks, key=lambda clock: clock.error)

    async def _round(
        self,
        posts: Sequence[_Post],
        losses: dict[int, str],
        ends: float,
        supervisor: Supervisor,
    ) -> bool:
        """问一圈；还有没下落的返回真。没了的记进 `losses`。"""
        waiting = [one for one in posts if not one.result.done() and one.number not in losses]
        if not waiting:
            return False
        await asyncio.wait([one.result for one in waiting], timeout=_EVERY_S)
        alive = set(await self._client.nthreads())
        answers = await asyncio.gather(*(self._ask(post, alive) for post in waiting))
        for post, answer in zip(waiting, answers, strict=True):
            if not isinstance(answer, str):
                post.ready = answer.ready
                self._goes_on &= supervisor.of(post.number)(answer.gauge)
            elif not post.result.done():
                losses[post.number] = answer
            if time.time() > ends and not post.result.done():
                losses.setdefault(post.number, "过了时限还没有说完")
        return True

    async def _ask(self, post: _Post, alive: set[str]) -> Any:
        """一片的读数（Reading）；它没了就给出缘由。"""
        from support.load import outpost

        if post.address not in alive:
            return "它的工作进程没了"
        try:
            answers = await asyncio.wait_for(
                self._client.run(
                    outpost.exchange, self._run, self._goes_on,
                    workers=[post.address], on_error="return",
                ),
                _ANSWER_S,
            )  # fmt: skip
        except (asyncio.TimeoutError, OSError):
            return f"{_ANSWER_S:g} 秒没有音信"
        answer = answers.get(post.address)
        if isinstance(answer, outpost.Reading):
            return answer
        return "它的工作进程重启过" if answer is None else "它的工作进程断了联系"

    async def _tell_all(self, what: Callable[..., None]) -> None:
        """告诉还在的每一个。"""
        alive = [one for one in await self._client.nthreads() if one in self._addresses]
        if alive:
            await self._client.run(what, self._run, workers=alive, on_error="ignore")


def _collected(
    posts: Sequence[_Post], losses: dict[int, str], start: float, folder: Path
) -> tuple[list[Played], list[str]]:
    """各片的流水与作不了数的缘由；没有一片连得上目标，就是目标连不上。"""
    played, troubles = [], []
    parcels = [_opened(post, losses) for post in posts]
    if all(not isinstance(one, str) and one.unreachable for one in parcels):
        raise TargetUnreachable(parcels[0].trouble)
    for post, parcel in zip(posts, parcels, strict=True):
        if abs(post.clock.ahead) > _CLOCK_S or post.clock.error > _LATE_S:
            troubles.append(
                f"{post.title}的钟差 {post.clock.ahead:+.1f} 秒（量得准到"
                f" {post.clock.error:.1f} 秒），话里写的时刻不准；先给那台机器校时"
            )
        reason = parcel if isinstance(parcel, str) else parcel.trouble
        if reason:
            troubles.append(f"{post.title}没有回来：{reason}；结果里没有它的话，作不得数")
            continue
        late = parcel.opened_at - post.clock.ahead - start
        if late > _LATE_S:
            troubles.append(f"{post.title}晚开口 {late:.1f} 秒，各片不是一起说的")
        played.append(_unpacked(parcel, folder / str(post.number)))
    return played, troubles


def _opened(post: _Post, losses: dict[int, str]) -> Any:
    """带回来的包裹，或没有回来的缘由。"""
    if post.number in losses:
        return losses[post.number]
    error = post.result.exception()
    if error is not None:
        return f"那一头出错（{type(error).__name__}）"
    return post.result.result()


def _unpacked(parcel: Any, folder: Path) -> Played:
    """流水落到这边的目录里，一个字节不差。"""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in parcel.files.items():
        (folder / Path(name).name).write_bytes(content)
    played: Played = replace(parcel.played, folder=folder)
    return played
