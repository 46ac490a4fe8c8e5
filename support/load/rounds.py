"""封闭式的用户：答完一句，想一想，再说一句。

职责：谁什么时候开口、什么时候收场。不做什么：不收发、不记账。
一位用户是一串回调，不是一个任务：每句省下一次任务切换与一个 Future。
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from support.load import arrivals
from support.load.crowd import Voice
from support.load.profile import LoadProfile

#: 没说成的用户至少歇这么久再说：线断了也不空转。
_REST_S = 0.2


class Rounds:
    """`say` 是开口：给用户与该说的时刻（单调钟秒）。"""

    def __init__(
        self,
        voices: Sequence[Voice],
        profile: LoadProfile,
        seed: int,
        say: Callable[[Voice, float], None],
    ) -> None:
        self._voices, self._say = voices, say
        self._pauses = [arrivals.thinking(profile, seed=seed * 1009 + v.number) for v in voices]
        self._resting: dict[int, asyncio.TimerHandle] = {}
        self._ready: list[Voice] = []
        self._talking = 0
        self._over: asyncio.Future[None] | None = None
        self._ends, self._stopped = 0.0, False

    async def run(self, ends: float) -> None:
        """人人开口，直到过了 `ends` 或被叫停，各自说完手里的一句。"""
        self._ends, self._talking = ends, len(self._voices)
        self._over = asyncio.get_running_loop().create_future()
        for voice in self._voices:
            self.go_on(voice)
        await self._over

    def go_on(self, voice: Voice, *, failed: bool = False) -> None:
        """`voice` 的上一句有了下场：想一想再说，或者到时候了不再说。"""
        pause = next(self._pauses[voice.number])
        if failed:
            pause = max(pause, _REST_S)
        due = time.monotonic() + pause
        if self._stopped or due >= self._ends:
            self._leave()
        elif pause:
            rest = asyncio.get_running_loop().call_later(pause, self._speak, voice, due)
            self._resting[voice.number] = rest
        else:
            self._at_once(voice)

    def stop(self) -> None:
        """谁也不再开口；手里还有话的，等它有了下场就走。"""
        self._stopped = True
        for rest in self._resting.values():
            rest.cancel()
            self._leave()
        self._resting.clear()
        for _ in self._ready:
            self._leave()
        self._ready.clear()

    def _at_once(self, voice: Voice) -> None:
        """不想的用户：这一轮听完了再一起开口。

        听一句说一句，服务就被一句句叫醒；攒到一起说，每句省下约三成 CPU（docs/benchmarks.md）。
        """
        if not self._ready:
            asyncio.get_running_loop().call_soon(self._together)
        self._ready.append(voice)

    def _together(self) -> None:
        ready, self._ready = self._ready, []
        now = time.monotonic()
        for voice in ready:
            self._open_mouth(voice, now)

    def _speak(self, voice: Voice, due: float) -> None:
        del self._resting[voice.number]
        self._open_mouth(voice, due)

    def _open_mouth(self, voice: Voice, due: float) -> None:
        """开口出了岔子（例如盘满了，流水写不下）由 :meth:`run` 抛出，不许悄悄少一位用户。"""
        try:
            self._say(voice, due)
        except Exception as error:
            if self._over is not None and not self._over.done():
                self._over.set_exception(error)

    def _leave(self) -> None:
        self._talking -= 1
        if not self._talking and self._over is not None and not self._over.done():
            self._over.set_result(None)
