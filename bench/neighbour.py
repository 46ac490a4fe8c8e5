"""一家说个不停，另一家要等多久：不经套件，只用 aiohttp。

用法：``python bench/neighbour.py ws://127.0.0.1:端口/ws --loud-env 变量 --quiet-env 变量``
部署的大模型要立刻作答（例：``python -m support observe --script maibot`` 起的观察站）。
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

import aiohttp

from bench.spoken import connect, key_of, line, replies

_USERS = 10
#: 压着的话一直要有人接；这么多秒里一条回复也没有，再补也没有意义。
_SILENCE = 600.0


async def asked(
    socket: aiohttp.ClientWebSocketResponse, key: str, count: int, patience: float
) -> list[float]:
    """一问一答 `count` 句，各用了几秒；等到头没有答复的记作 `patience`，往下问。"""
    took, user = [], f"u{uuid.uuid4().hex}"
    for number in range(count):
        began = time.monotonic()
        await socket.send_json(line(key, user, f"第{number}问 {uuid.uuid4().hex}"))
        async for to, _ in replies(socket, patience):
            if to == user:
                break
        took.append(min(time.monotonic() - began, patience))
    return took


async def keep_busy(socket: aiohttp.ClientWebSocketResponse, key: str, held: int) -> None:
    """手里始终有 `held` 句没答的话：来一条回复，补一句。"""
    users = [f"f{number}-{uuid.uuid4().hex}" for number in range(_USERS)]
    for number in range(held):
        await socket.send_json(line(key, users[number % _USERS], "还有一句"))
    async for to, _ in replies(socket, _SILENCE):
        if to in users:
            await socket.send_json(line(key, to, "还有一句"))


@contextlib.asynccontextmanager
async def noise(
    socket: aiohttp.ClientWebSocketResponse, key: str, held: int
) -> AsyncIterator[None]:
    """邻居说个不停的这一段。"""
    task = asyncio.create_task(keep_busy(socket, key, held))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def run(options: argparse.Namespace, loud: str, quiet: str) -> None:
    """先平时聊一遍，再在邻居说个不停时聊一遍。"""
    async with (
        aiohttp.ClientSession() as session,
        connect(session, options.url, loud) as one,
        connect(session, options.url, quiet) as two,
    ):
        say = (two, quiet, options.lines, options.patience)
        tell("平时", await asked(*say), options.patience)
        async with noise(one, loud, options.held):
            tell("邻居说个不停时", await asked(*say), options.patience)


def tell(title: str, took: list[float], patience: float) -> None:
    """一行：中位、最长、没有答复的。"""
    lost = sum(seconds >= patience for seconds in took)
    print(
        f"{title}：中位 {statistics.median(took):.2f} 秒，最长 {max(took):.2f} 秒，"
        f"{patience:g} 秒里没有答复的 {lost} 句"
    )


def main() -> None:
    """打印两行。"""
    parser = argparse.ArgumentParser(description="邻居的负荷让别家慢多少", allow_abbrev=False)
    parser.add_argument("url", help="消息面，例 ws://127.0.0.1:18040/ws")
    parser.add_argument("--loud-env", required=True, help="写着邻居那把密钥的环境变量的名字")
    parser.add_argument("--quiet-env", required=True, help="写着安静那家密钥的环境变量的名字")
    parser.add_argument("--held", type=int, default=60, help="邻居手里压着几句没答的")
    parser.add_argument("--lines", type=int, default=12, help="安静的一家聊几句")
    parser.add_argument("--patience", type=float, default=20.0, help="一句至多等几秒")
    options = parser.parse_args()
    asyncio.run(run(options, key_of(options.loud_env), key_of(options.quiet_env)))


if __name__ == "__main__":
    main()
