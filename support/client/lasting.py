"""跟着连接活的任务：一步没做完被取消时，它们不在其列。

职责：记住哪些任务属于连接，包括第三方客户端自己起的、它们再起的。不做什么：不取消任何任务。
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

_LASTING: ContextVar[bool] = ContextVar("lasting", default=False)


@contextmanager
def lasting() -> Iterator[None]:
    """此间起的任务（以及它们再起的）都属于连接。"""
    before = _LASTING.set(True)
    try:
        yield
    finally:
        _LASTING.reset(before)


def watch(loop: asyncio.AbstractEventLoop) -> Collection[asyncio.Task[Any]]:
    """从此记住这个循环里属于连接的任务；返回的集合随任务结束而缩小。"""
    found: WeakSet[asyncio.Task[Any]] = WeakSet()

    def create(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
        if _LASTING.get():
            found.add(task)
        return task

    loop.set_task_factory(create)
    return found
