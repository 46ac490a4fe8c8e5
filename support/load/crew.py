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

from support.load.engine import Gauge, Shard
from support.load.session import Supervisor
from support.load.shard import Played

_EVERY_S = 0.5
#: 一次问话至多等这么久；再久就当那一片没了。
_ANSWER_S = 10.0
#: 约好的开口时刻离派出差事多远：装包、连接都要时间，连接越多越久。
_LEAD_S, _LEAD_PER_LANE_S = 2.0, 0.005
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
        lanes = max(len(shard.doors) for shard in shards)
        start = time.time() + _LEAD_S + lanes * _LEAD_PER_LANE_S
        posts = [
            _Post(shard, address, clock, self._send(shard, address, start + clock.ahead))
            for shard, address, clock in zip(shards, self._addresses, clocks, strict=True)
        ]
        try:
            losses = await self._follow(posts, start, supervisor)
            return self._collect(posts, losses, start, folder)
        finally:
            for post in posts:
                post.result.cancel()
            with suppress(Exception):  # 断了联系的那些自己会停
                await asyncio.wait_for(self._tell_all(outpost.leave), _ANSWER_S)

    def _send(self, shard: Shard, address: str, start_at: float) -> asyncio.Future[Any]:
        from support.load import outpost

        future = self._client.submit(
            outpost.perform,
            outpost.Order(self._run, start_at, shard),
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

    async def _follow(
        self, posts: Sequence[_Post], start: float, supervisor: Supervisor
    ) -> dict[int, str]:
        """半秒问一遍，直到都有了下落；返回没了的各片的缘由。"""
        losses: dict[int, str] = {}
        profile = posts[0].shard.profile
        ends = start + profile.seconds + profile.patience + _RETURN_S
        while waiting := [
            post for post in posts if not post.result.done() and post.shard.number not in losses
        ]:
            await asyncio.wait([post.result for post in waiting], timeout=_EVERY_S)
            alive = set(await self._client.nthreads())
            answers = await asyncio.gather(*(self._ask(post, alive) for post in waiting))
            for post, answer in zip(waiting, answers, strict=True):
                number = post.shard.number
                if isinstance(answer, Gauge):
                    self._goes_on &= supervisor.of(number)(answer)
                elif not post.result.done():
                    losses[number] = answer
                if time.time() > ends and not post.result.done():
                    losses.setdefault(number, "过了时限还没有说完")
        return losses

    async def _ask(self, post: _Post, alive: set[str]) -> Gauge | str:
        """一片的读数；它没了就给出缘由。"""
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
        if isinstance(answer, Gauge):
            return answer
        return "它的工作进程重启过" if answer is None else "它的工作进程断了联系"

    def _collect(
        self, posts: Sequence[_Post], losses: dict[int, str], start: float, folder: Path
    ) -> tuple[list[Played], list[str]]:
        played, troubles = [], []
        for post in posts:
            if abs(post.clock.ahead) > _CLOCK_S or post.clock.error > _LATE_S:
                troubles.append(
                    f"{post.title}的钟差 {post.clock.ahead:+.1f} 秒（量得准到"
                    f" {post.clock.error:.1f} 秒），话里写的时刻不准；先给那台机器校时"
                )
            parcel = _opened(post, losses)
            if isinstance(parcel, str):
                troubles.append(f"{post.title}没有回来：{parcel}；结果里没有它的话，作不得数")
                continue
            late = parcel.opened_at - post.clock.ahead - start
            if late > _LATE_S:
                troubles.append(f"{post.title}晚开口 {late:.1f} 秒，各片不是一起说的")
            played.append(_unpacked(parcel, folder / str(post.shard.number)))
        return played, troubles

    async def _tell_all(self, what: Callable[..., None]) -> None:
        """告诉还在的每一个。"""
        alive = [one for one in await self._client.nthreads() if one in self._addresses]
        if alive:
            await self._client.run(what, self._run, workers=alive, on_error="ignore")


def _opened(post: _Post, losses: dict[int, str]) -> Any:
    """带回来的包裹，或没有回来的缘由。"""
    if post.shard.number in losses:
        return losses[post.shard.number]
    error = post.result.exception()
    if error is not None:
        return f"那一头出错（{type(error).__name__}）"
    parcel = post.result.result()
    return parcel.trouble or parcel


def _unpacked(parcel: Any, folder: Path) -> Played:
    """流水落到这边的目录里，一个字节不差。"""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in parcel.files.items():
        (folder / Path(name).name).write_bytes(content)
    played: Played = replace(parcel.played, folder=folder)
    return played
