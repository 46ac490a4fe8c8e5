"""一口气说五句，回复的次序乱不乱：只用 aiohttp。

用法：python burst_order.py ws://127.0.0.1:端口/ws 密钥 [几轮]
部署的大模型要先应点名的那句（例：python -m support observe --script maibot 起的观察站）。
机器越忙越容易看到。
"""

import asyncio
import sys
import time

import aiohttp
from two_keys import frame, heard

MARKS = ("zxsdafav2jdhdn", "zxmexfdyzs11jc", "zxjm0scyk58fty", "zxdashtndqk66c", "zxpa0kfsf3krfe")


async def main(url: str, key: str, rounds: str = "20") -> None:
    """每轮换一位新的用户，连说五句，看五条回复各应哪一句。"""
    wrong = 0
    async with aiohttp.ClientSession() as session:
        one = await session.ws_connect(url, headers={"x-apikey": key, "x-platform": "qq"})
        for _ in range(int(rounds)):
            user = f"u{time.time()}"
            for at, mark in enumerate(MARKS, 1):
                await one.send_json(frame(key, f"{user}-{at}", user, f"第{at}句（{mark}）"))
            told = [text.partition("，")[0] for text in await heard(one)]
            order = [at for text in told for at, mark in enumerate(MARKS, 1) if mark in text]
            wrong += order != sorted(order)
            print("回复应的次序：", order)
        print(f"{rounds} 轮里乱了 {wrong} 轮")
        await one.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
