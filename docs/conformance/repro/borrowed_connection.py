"""连上时报别人那条连接的编号，会怎样：只用 aiohttp。

用法：python borrowed_connection.py ws://127.0.0.1:端口/ws 密钥甲 密钥乙
第一问用放行的密钥乙，第二问用一把根本没放行的；两问之前甲都好好地得到过答复。
"""

import asyncio
import sys
import time

import aiohttp
from two_keys import frame, heard


async def case(url: str, owner: str, thief: str) -> None:
    """甲先说一句，知道了自己的连接编号；别人拿着这个编号也来连；甲再说一句。"""
    run = f"{time.time():.3f}"
    async with aiohttp.ClientSession() as session:
        head = {"x-apikey": owner, "x-platform": "qq"}
        one = await session.ws_connect(url, headers=head)
        await one.send_json(frame(owner, f"{run}-1", f"u{run}", "在吗"))
        number = (await one.receive_json(timeout=5))["meta"]["uuid"]
        print("  甲平时收到：", await heard(one))
        claim = {"x-apikey": thief, "x-platform": "qq", "x-uuid": number}
        two = await session.ws_connect(url, headers=claim)
        await one.send_json(frame(owner, f"{run}-2", f"u{run}", "只给甲的话"))
        mine, others = await asyncio.gather(heard(one), heard(two))
        print("  别人报了甲的连接编号之后，甲收到：", mine, "；别人收到：", others)
        await one.close()
        await two.close()


async def main(url: str, first: str, second: str) -> None:
    """两种来人。"""
    print("拿着另一把放行的密钥：")
    await case(url, first, second)
    print("拿着一把没放行的密钥：")
    await case(url, first, "not-a-key-at-all")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
