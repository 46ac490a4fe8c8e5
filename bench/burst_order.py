"""一口气说几句，回复的次序乱不乱：不经套件，收发只用 aiohttp（口令照套件的铸，观察站才认得）。

用法：``python bench/burst_order.py ws://127.0.0.1:端口/ws --key-env MAISPEC_KEY [--rounds 20]``
部署的大模型要先应点名的那句（例：``python -m support observe --script maibot`` 起的观察站）。
机器越忙越容易看到。
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

import aiohttp

from bench.spoken import connect, key_of, line, replies
from support.canary import Mint


async def burst(
    socket: aiohttp.ClientWebSocketResponse, key: str, marks: list[str], patience: float
) -> list[int]:
    """换一位新的用户连说几句；返回收到的回复各应第几句。"""
    user, order = f"u{uuid.uuid4().hex}", []
    for at, mark in enumerate(marks, 1):
        await socket.send_json(line(key, user, f"第{at}句（{mark}）"))
    async for to, text in replies(socket, patience):
        first = text.partition("，")[0]
        if to == user:
            order += [at for at, mark in enumerate(marks, 1) if mark in first]
        if len(order) >= len(marks):
            break
    return order


async def run(url: str, key: str, options: argparse.Namespace) -> int:
    """逐轮打印次序；返回乱了几轮。"""
    mint, wrong = Mint(uuid.uuid4().hex), 0
    async with aiohttp.ClientSession() as session, connect(session, url, key) as socket:
        for _ in range(options.rounds):
            marks = [mint.token() for _ in range(options.lines)]
            order = await burst(socket, key, marks, options.patience)
            wrong += order != list(range(1, options.lines + 1))
            print("回复应的次序：", "、".join(map(str, order)) or "一条也没有")
    return wrong


def main() -> None:
    """打印每一轮与总数。"""
    parser = argparse.ArgumentParser(description="连说几句，看回复的次序", allow_abbrev=False)
    parser.add_argument("url", help="消息面，例 ws://127.0.0.1:18040/ws")
    parser.add_argument("--key-env", default="MAISPEC_KEY", help="写着密钥的环境变量的名字")
    parser.add_argument("--rounds", type=int, default=20, help="几轮，每轮换一位用户")
    parser.add_argument("--lines", type=int, default=5, help="一口气说几句")
    parser.add_argument("--patience", type=float, default=20.0, help="一轮至多等几秒")
    options = parser.parse_args()
    wrong = asyncio.run(run(options.url, key_of(options.key_env), options))
    print(f"{options.rounds} 轮里有 {wrong} 轮缺了或乱了")


if __name__ == "__main__":
    main()
