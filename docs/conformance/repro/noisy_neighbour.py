"""一家刷屏，另一家要等多久：只用 aiohttp。

用法：python noisy_neighbour.py ws://127.0.0.1:端口/ws 刷屏的密钥 安静的密钥 [手里压着几句]
部署的大模型要立刻作答（例：python -m support observe --script maibot 起的观察站）。
"""

import asyncio
import statistics
import sys
import time
import uuid

import aiohttp
from two_keys import frame


async def asked(socket: aiohttp.ClientWebSocketResponse, key: str, count: int) -> list[float]:
    """一问一答 `count` 句，各用了几秒；20 秒没有答复记作 20，往下问。"""
    took, user = [], f"u{uuid.uuid4().hex}"
    for _ in range(count):
        mark, began = f"问{uuid.uuid4().hex}", time.monotonic()
        await socket.send_json(frame(key, mark, user, f"{user} {mark}"))
        left = 20.0
        while left > 0:
            try:
                message = await socket.receive_json(timeout=left)
            except asyncio.TimeoutError:
                break
            if message["type"] == "sys_std" and to_user(message) == user:
                break
            left = began + 20 - time.monotonic()
        took.append(min(time.monotonic() - began, 20.0))
    return took


def to_user(message: dict) -> str:
    """这条回复写明送给谁。"""
    extra = message["payload"]["message_info"].get("additional_config") or {}
    return str(extra.get("platform_io_target_user_id", ""))


async def flood(socket: aiohttp.ClientWebSocketResponse, key: str, held: int) -> None:
    """手里始终压着 `held` 句没答的话：来一条回复，补一句。"""
    users = [f"f{n}-{uuid.uuid4().hex}" for n in range(10)]
    for n in range(held):
        await socket.send_json(frame(key, uuid.uuid4().hex, users[n % 10], "吵死你们"))
    while True:
        message = await socket.receive_json()
        if message["type"] == "sys_std" and (user := to_user(message)) in users:
            await socket.send_json(frame(key, uuid.uuid4().hex, user, "吵死你们"))


async def main(url: str, loud: str, quiet: str, held: str = "200") -> None:
    """先安静地聊 12 句，再在刷屏中聊 12 句。"""
    async with aiohttp.ClientSession() as session:
        doors = [{"x-apikey": key, "x-platform": "qq"} for key in (loud, quiet)]
        one = await session.ws_connect(url, headers=doors[0])
        two = await session.ws_connect(url, headers=doors[1])
        for title, noise in (("平时", None), ("邻居刷屏时", flood(one, loud, int(held)))):
            task = asyncio.create_task(noise) if noise else None
            took = await asked(two, quiet, 12)
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            lost = sum(1 for seconds in took if seconds >= 20)
            print(f"{title}：中位 {statistics.median(took):.2f} 秒，最长 {max(took):.2f} 秒，"
                  f"20 秒里没有答复的 {lost} 句")  # fmt: skip
        await one.close()
        await two.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
