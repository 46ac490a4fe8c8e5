"""群号写成“用户编号_private”，会不会与那位用户的私聊混在一起：只用 aiohttp。

用法：python group_named_like_a_private_chat.py ws://127.0.0.1:端口/ws 密钥 http://127.0.0.1:观察站端口
两边的环境变量 MAISPEC_OBSERVER_TOKEN 相同；观察站：python -m support observe --script maibot
群里那一问没有回复送达，所以要看它的提示词。
"""

import asyncio
import os
import sys
import time

import aiohttp
from two_keys import frame, heard


def in_group(said: dict, number: str) -> dict:
    """把一句私聊的话改成在群里说的。"""
    group = {"platform": "qq", "group_id": number, "group_name": "冒名群"}
    said["payload"]["message_info"]["sender_info"]["group_info"] = group
    return said


async def prompts(session: aiohttp.ClientSession, station: str, words: str) -> list[str]:
    """大模型看见过的、含有这段文字的提示词。"""
    token = os.environ["MAISPEC_OBSERVER_TOKEN"]
    head = {"X-Observer-Token": token}
    async with session.get(f"{station}/_observer/records?after=0", headers=head) as reply:
        rows = (await reply.json())["records"]
    return [row["prompt"] for row in rows if words in row["prompt"]]


async def main(url: str, key: str, station: str) -> None:
    """群里的话进没进私聊，私聊的话进没进群，编号末尾多一个空格的人得到的答复写给谁。"""
    shared, secret, user = "zx8av4drpnqazy", "zxaphma9vezt2h", f"u{time.time():.0f}"
    async with aiohttp.ClientSession() as session:
        one = await session.ws_connect(url, headers={"x-apikey": key, "x-platform": "qq"})
        said = frame(key, f"{user}-1", f"other-{user}", f"上线暗号青铜（{shared}）")
        await one.send_json(in_group(said, f"{user}_private"))
        await heard(one)
        await one.send_json(frame(key, f"{user}-2", user, f"暗号是什么（{secret}）"))
        told = await heard(one)
        print("乙在群里说过的话进了甲的私聊：", any(shared in text for text in told))
        await one.send_json(frame(key, f"{user}-3", f"v{user}", f"体检结果不太好（{secret}）"))
        await heard(one)
        asked = f"体检结果怎样{user}"
        said = frame(key, f"{user}-4", f"other-{user}", asked)
        await one.send_json(in_group(said, f"v{user}_private"))
        told = await heard(one)
        seen = await prompts(session, station, asked)
        print("乙在群里问；回答它的提示词里有甲私下说的话：", any(secret in text for text in seen),
              "；群里听到", told)  # fmt: skip
        await one.send_json(frame(key, f"{user}-5", f"s{user} ", "在吗"))
        while (reply := await one.receive_json(timeout=10))["type"] != "sys_std":
            pass
        info = reply["payload"]["message_info"]
        to = info["additional_config"]["platform_io_target_user_id"]
        print(f"说话人的编号是 {f's{user} '!r}；答复写着送给 {to!r}")
        await one.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
