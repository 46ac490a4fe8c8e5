"""群号写成“用户编号_private”，会不会与那位用户的私聊混在一起：只用 aiohttp。

用法：python group_named_like_a_private_chat.py ws://127.0.0.1:端口/ws 密钥
部署的大模型要会复述它看见的话（例：python -m support observe --script maibot 起的观察站）。
"""

import asyncio
import sys
import time

import aiohttp
from two_keys import frame, heard


async def main(url: str, key: str) -> None:
    """甲私下说一句；乙在冒名的群里问，答复里不该有那一句。"""
    secret, user = "zx8av4drpnqazy", f"u{time.time():.0f}"
    async with aiohttp.ClientSession() as session:
        one = await session.ws_connect(url, headers={"x-apikey": key, "x-platform": "qq"})
        await one.send_json(frame(key, f"{user}-1", user, f"体检结果不太好（{secret}）"))
        print("甲的私聊：", await heard(one))
        asked = frame(key, f"{user}-2", f"other-{user}", "体检结果怎样")
        group = {"platform": "qq", "group_id": f"{user}_private", "group_name": "冒名群"}
        asked["payload"]["message_info"]["sender_info"]["group_info"] = group
        await one.send_json(asked)
        told = await heard(one)
        print("乙在冒名的群里问；答复：", told)
        print("答复里有甲的私房话：", any(secret in text for text in told))
        await one.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
